import type { Framing } from './framing.js'

const CR = 0x0d
const LF = 0x0a
const LINE_END = Buffer.from('\r\n')
const HEAD_END = Buffer.from('\r\n\r\n')
/** A chunk size of at most eight hexadecimal digits, perhaps with extensions. */
const CHUNK_SIZE = /^([0-9a-f]{1,8})[ \t]*(?:;|$)/i

/**
 * How many bytes at the start of `bytes` are the request that its parser has just completed: blank lines before it, its head and
 * its body. What follows belongs to pipelined requests, and must not be taken for a part of it, nor be dropped with it. Undefined
 * if lines end in another way than by CR LF, which parsers may tolerate.
 */
export function requestBytes(bytes: Buffer, { length, isChunked }: Framing): number | undefined {
  let start = 0
  while (bytes[start] === CR || bytes[start] === LF) start += 1
  const end = bytes.indexOf(HEAD_END, start)
  if (end === -1 || hasOtherLineEnds(bytes, start, end)) return undefined
  const body = end + HEAD_END.length
  const total = isChunked ? chunksEnd(bytes, body) : body + length
  return total === undefined || total > bytes.length ? undefined : total
}

function hasOtherLineEnds(bytes: Buffer, start: number, end: number): boolean {
  for (let at = bytes.indexOf(LF, start); at !== -1 && at < end; at = bytes.indexOf(LF, at + 1))
    if (bytes[at - 1] !== CR) return true
  return false
}

/** Where the chunks and the trailers after them end. */
function chunksEnd(bytes: Buffer, start: number): number | undefined {
  for (let at = start; ;) {
    const lineEnd = bytes.indexOf(LINE_END, at)
    if (lineEnd === -1) return undefined
    const digits = CHUNK_SIZE.exec(bytes.toString('latin1', at, lineEnd))?.[1]
    if (digits === undefined) return undefined
    const size = Number.parseInt(digits, 16)
    if (size === 0) return trailersEnd(bytes, lineEnd)
    at = lineEnd + LINE_END.length + size
    if (bytes[at] !== CR || bytes[at + 1] !== LF) return undefined
    at += LINE_END.length
  }
}

/** @param lineEnd of the last chunk's size; the trailers, or none, and a blank line follow */
function trailersEnd(bytes: Buffer, lineEnd: number): number | undefined {
  const end = bytes.indexOf(HEAD_END, lineEnd)
  return end === -1 || hasOtherLineEnds(bytes, lineEnd, end) ? undefined : end + HEAD_END.length
}
