import { crc32 } from 'node:zlib'

/** Starts each frame, so that reading can resume after damage. */
const MARK = Buffer.from([0xf5, 0x50, 0x4a, 0x0a])
/** The mark, the length of the body and a checksum, four bytes each. */
const HEADER_BYTES = 12

/** Random and secret, so that a frame inside a received message cannot pass for one of ours. */
export type Salt = number

/** An empty part is left out: `crc32` may return 0 for it instead of the sum so far. */
const checksumOf = (length: Uint8Array, body: readonly Uint8Array[], salt: Salt): number =>
  body.reduce((sum, part) => (part.length === 0 ? sum : crc32(part, sum)), crc32(length, salt))

/** Up to this size, copying the parts costs less than checksumming and writing them separately. */
const SMALL_BYTES = 16 * 1024

/**
 * A record in one buffer. The length is first written right before the body, so that one call computes the checksum of both, and
 * then replaced by the checksum.
 */
const smallFrame = (body: readonly Uint8Array[], bytes: number, salt: Salt): Uint8Array => {
  const framed = Buffer.allocUnsafe(HEADER_BYTES + bytes)
  framed.set(MARK)
  framed.writeUInt32LE(bytes, 8)
  let end = HEADER_BYTES
  for (const part of body) {
    framed.set(part, end)
    end += part.length
  }
  const checksum = crc32(framed.subarray(8), salt)
  framed.writeUInt32LE(bytes, 4)
  framed.writeUInt32LE(checksum, 8)
  return framed
}

/**
 * A record as it is written: the mark, its length, the CRC-32 of salt, length and body, and the body. The parts of a large body
 * are not copied.
 */
export const frame = (body: readonly Uint8Array[], salt: Salt): readonly Uint8Array[] => {
  const bytes = lengthOf(body)
  if (bytes <= SMALL_BYTES) return [smallFrame(body, bytes, salt)]
  const header = Buffer.alloc(HEADER_BYTES)
  MARK.copy(header)
  header.writeUInt32LE(bytes, 4)
  header.writeUInt32LE(checksumOf(header.subarray(4, 8), body, salt), 8)
  return [header, ...body]
}

/** The length of all parts together, in bytes. */
export const lengthOf = (parts: readonly Uint8Array[]): number =>
  parts.reduce((sum, { length }) => sum + length, 0)

export type Frame = { readonly body: Buffer; readonly offset: number; readonly bytes: number }
export type Damage = { readonly offset: number; readonly bytes: number; readonly isAtEnd: boolean }

/** The complete frame at `offset`, if there is one. */
const frameAt = (bytes: Buffer, offset: number, salt: Salt): Frame | undefined => {
  if (offset + HEADER_BYTES > bytes.length || MARK.compare(bytes, offset, offset + MARK.length) !== 0)
    return undefined
  const end = offset + HEADER_BYTES + bytes.readUInt32LE(offset + 4)
  if (end > bytes.length) return undefined
  const body = bytes.subarray(offset + HEADER_BYTES, end)
  const checksum = checksumOf(bytes.subarray(offset + 4, offset + 8), [body], salt)
  return checksum === bytes.readUInt32LE(offset + 8) ? { body, offset, bytes: end - offset } : undefined
}

/** The offset of the next complete frame from `from` on, or the end. */
const nextFrame = (bytes: Buffer, from: number, salt: Salt): number => {
  for (let at = bytes.indexOf(MARK, from); at >= 0; at = bytes.indexOf(MARK, at + 1))
    if (frameAt(bytes, at, salt) !== undefined) return at
  return bytes.length
}

/** All complete frames, as views of `bytes`; anything between them, or incomplete at the end, is damage. */
export const unframe = (bytes: Buffer, from: number, salt: Salt) => {
  const frames: Frame[] = []
  const damages: Damage[] = []
  let offset = from
  while (offset < bytes.length) {
    const found = frameAt(bytes, offset, salt)
    if (found !== undefined) {
      frames.push(found)
      offset += found.bytes
      continue
    }
    const end = nextFrame(bytes, offset + 1, salt)
    damages.push({ offset, bytes: end - offset, isAtEnd: end === bytes.length })
    offset = end
  }
  return { frames, damages }
}

/** The body of one frame; undefined if it is damaged. */
export const unframeOne = (bytes: Buffer, salt: Salt): Buffer | undefined => {
  const found = frameAt(bytes, 0, salt)
  return found?.bytes === bytes.length ? found.body : undefined
}
