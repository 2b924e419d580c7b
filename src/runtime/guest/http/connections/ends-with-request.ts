import type { Framing } from './framing.js'

const HEAD_END = Buffer.from('\r\n\r\n')

/**
 * Whether the bytes read end with this request. Without a content length, only the blank line at the end is checked, after a head
 * or the last chunk.
 */
export function endsWithRequest(consumed: readonly Buffer[], { length }: Framing): boolean {
  const bytes = consumed.length === 1 ? consumed[0] : Buffer.concat(consumed)
  if (bytes === undefined || bytes.length === 0) return true
  if (length > 0) {
    const head = bytes.indexOf(HEAD_END)
    return head !== -1 && head + HEAD_END.length + length === bytes.length
  }
  return endsWith(bytes, HEAD_END)
}

function endsWith(bytes: Buffer, end: Buffer): boolean {
  const from = bytes.length - end.length
  for (let i = 0; i < end.length; i++) if (bytes[from + i] !== end[i]) return false
  return true
}
