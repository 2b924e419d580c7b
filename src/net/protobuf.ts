/** A minimal protocol buffers codec, enough for messages of one or two fields. */

const VARINT = 0
const FIXED64 = 1
const BYTES = 2
const FIXED32 = 5
const MAX_FIELDS = 1024

/** The bytes are not a protocol buffer message. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError'
  readonly code = 'protobuf'
}

const varint = (value: number | bigint): Buffer => {
  const bytes: number[] = []
  let rest = BigInt(value)
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Buffer.from(bytes)
}

/** A numeric field; 0 is omitted because it is the default. */
export const numberField = (field: number, value: number | bigint): Buffer =>
  BigInt(value) === 0n ? Buffer.alloc(0) : Buffer.concat([varint((field << 3) | VARINT), varint(value)])

/** A field that holds bytes, text or another message. */
export const bytesField = (field: number, value: Uint8Array | string): Buffer => {
  const bytes = Buffer.from(value)
  return Buffer.concat([varint((field << 3) | BYTES), varint(bytes.length), bytes])
}

const readVarint = (bytes: Buffer, start: number): { readonly value: bigint; readonly end: number } => {
  let value = 0n
  for (let index = 0; index < 10; index += 1) {
    const byte = bytes[start + index]
    if (byte === undefined) break
    value |= BigInt(byte & 0x7f) << BigInt(7 * index)
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), end: start + index + 1 }
  }
  throw new ProtobufError('a malformed number')
}

export type Fields = ReadonlyMap<number, Buffer | bigint>

/** The fields of a message by number; the last one wins. Throws a `ProtobufError`. */
export const readFields = (message: Uint8Array): Fields => {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.length)
  const fields = new Map<number, Buffer | bigint>()
  let count = 0
  for (let at = 0; at < bytes.length;) {
    if ((count += 1) > MAX_FIELDS) throw new ProtobufError('too many fields')
    const key = readVarint(bytes, at)
    const field = Number(key.value >> 3n)
    const kind = Number(key.value & 7n)
    if (kind === VARINT) {
      const { value, end } = readVarint(bytes, key.end)
      fields.set(field, value)
      at = end
      continue
    }
    const [length, start] = lengthOf(bytes, key.end, kind)
    const end = start + length
    if (end > bytes.length) throw new ProtobufError('a field beyond the end')
    fields.set(field, bytes.subarray(start, end))
    at = end
  }
  return fields
}

const lengthOf = (bytes: Buffer, at: number, kind: number): readonly [length: number, start: number] => {
  if (kind === FIXED64) return [8, at]
  if (kind === FIXED32) return [4, at]
  if (kind !== BYTES) throw new ProtobufError('a field of an unknown wire type')
  const { value, end } = readVarint(bytes, at)
  if (value > BigInt(bytes.length)) throw new ProtobufError('a field beyond the end')
  return [Number(value), end]
}

/** The bytes of a field; empty when it is absent. */
export const bytesAt = (fields: Fields, field: number): Buffer => {
  const value = fields.get(field)
  return Buffer.isBuffer(value) ? value : Buffer.alloc(0)
}
