import { createByteSource, type ByteSource } from './byte-source.js'

/** What is no tar, or one that asks for too much. */
export class TarError extends Error {
  override readonly name = 'TarError'
  readonly code = 'tar'
}

/** A regular file; the name is untrusted, and no path of ours. */
export type TarFile = { readonly name: string; readonly size: number }

const BLOCK = 512
const MAX_ENTRIES = 100_000
/** Of names that do not fit into a header, and what comes with them. */
const MAX_EXTENSION_BYTES = 64 * 1024

type Header = { readonly name: string; readonly size: number; readonly type: string }

const textAt = (block: Buffer, at: number, length: number): string =>
  block.toString('utf8', at, at + length).replace(/\0[^]*$/, '')

const numberAt = (block: Buffer, at: number, length: number): number => {
  // GNU's way to write what does not fit into octal digits.
  if (((block[at] ?? 0) & 0x80) !== 0)
    return block.subarray(at + 1, at + length).reduce((value, byte) => value * 256 + byte, 0)
  const digits = textAt(block, at, length).trim()
  if (!/^[0-7]*$/.test(digits)) throw new TarError('a header with a malformed number')
  return digits === '' ? 0 : parseInt(digits, 8)
}

/** The sum of the bytes of a header, in which the field of the sum itself counts as spaces. */
const sumOf = (block: Buffer): number => {
  let sum = 8 * 32
  for (let at = 0; at < BLOCK; at++) if (at < 148 || at >= 156) sum += block[at] ?? 0
  return sum
}

const ZEROS = Buffer.alloc(BLOCK)

const headerOf = (block: Buffer): Header => {
  if (block.length < BLOCK) throw new TarError('it ends within a header')
  if (numberAt(block, 148, 8) !== sumOf(block)) throw new TarError('a header with a wrong checksum')
  const prefix = textAt(block, 257, 5) === 'ustar' && block[262] === 0 ? textAt(block, 345, 155) : ''
  const name = textAt(block, 0, 100)
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    size: numberAt(block, 124, 12),
    type: String.fromCharCode(block[156] ?? 0),
  }
}

/** The records `length key=value` of a pax header. */
const paxOf = (bytes: Buffer): ReadonlyMap<string, string> => {
  const records = new Map<string, string>()
  for (let at = 0; at < bytes.length;) {
    const [start = '', digits = ''] = /^(\d{1,6}) /.exec(bytes.toString('latin1', at, at + 8)) ?? []
    const end = at + Number(digits)
    if (end <= at + start.length || end > bytes.length) throw new TarError('a malformed pax header')
    const [, key, value] = /^([^=]*)=([^]*)\n$/.exec(bytes.toString('utf8', at + start.length, end)) ?? []
    if (key === undefined || value === undefined) throw new TarError('a malformed pax header')
    records.set(key, value)
    at = end
  }
  return records
}

const padded = (size: number): number => Math.ceil(size / BLOCK) * BLOCK

const skip = async (source: ByteSource, length: number): Promise<void> => {
  for (let left = length; left > 0;) left -= (await source.some(left))?.length ?? left
}

const extension = async (source: ByteSource, size: number): Promise<Buffer> => {
  if (size > MAX_EXTENSION_BYTES) throw new TarError('a name that is too long')
  const bytes = await source.exactly(padded(size))
  return bytes.subarray(0, size)
}

async function* bodyOf(source: ByteSource, size: number): AsyncGenerator<Uint8Array, void> {
  for (let left = size; left > 0;) {
    const piece = await source.some(left)
    if (piece === undefined) throw new TarError('it ends within a file')
    left -= piece.length
    yield piece
  }
}

const isFile = (type: string): boolean => type === '0' || type === '\0' || type === '7'

/**
 * Shows each regular file of a tar (ustar, pax, GNU) to `visit`, which may read its body, in order. Nothing is written,
 * and no more than a block, a name and a piece is in memory. Rejects with a `TarError`.
 */
export const readTar = async (
  pieces: AsyncIterable<Uint8Array>,
  visit: (file: TarFile, body: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<void> => {
  const source = createByteSource(pieces)
  let longName: string | undefined
  let pax: ReadonlyMap<string, string> = new Map()

  for (let entries = 0; ; entries++) {
    if (entries > MAX_ENTRIES) throw new TarError(`more than ${MAX_ENTRIES} entries`)
    const block = await source.exactly(BLOCK)
    if (block.length === 0 || block.equals(ZEROS)) break
    const header = headerOf(block)
    if (header.type === 'L') longName = textAt(await extension(source, header.size), 0, MAX_EXTENSION_BYTES)
    else if (header.type === 'x') pax = paxOf(await extension(source, header.size))
    else {
      const sizeText = pax.get('size') ?? ''
      const size = /^\d{1,15}$/.test(sizeText) ? Number(sizeText) : header.size
      const name = pax.get('path') ?? longName ?? header.name
      longName = undefined
      pax = new Map()
      if (!isFile(header.type)) await skip(source, padded(size))
      else {
        let unread = size
        const body = async function* (): AsyncGenerator<Uint8Array, void> {
          for await (const piece of bodyOf(source, size)) {
            unread -= piece.length
            yield piece
          }
        }
        await visit({ name, size }, body())
        await skip(source, padded(size) - size + unread)
      }
    }
  }
  // The rest is read, so that what feeds us comes to its end.
  while ((await source.some(Infinity)) !== undefined);
}
