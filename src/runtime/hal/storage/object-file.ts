import { NONCE_BYTES, seal, TAG_BYTES, unseal } from '../aead.js'
import { failure } from '../failure.js'

const MAGIC = Buffer.from('HAL1')
const FIXED_BYTES = 15
const ENCRYPTED = 1
const ALGORITHM = 'aes-256-gcm'

/** Bytes that `readHeader` needs; longer than any header. */
export const HEADER_MAX_BYTES = 2048

export type Header = {
  readonly key: string
  /** Seconds since 1970. */
  readonly createdAt: number
  readonly isEncrypted: boolean
  /** Size of the header itself. */
  readonly bytes: number
}

/** Bytes of a file in addition to the data. */
export const overheadOf = ({ bytes, isEncrypted }: Header): number =>
  bytes + (isEncrypted ? NONCE_BYTES + TAG_BYTES : 0)

/** Undefined if it is not an object file. */
export function readHeader(file: Buffer): Header | undefined {
  if (file.length < FIXED_BYTES || !file.subarray(0, MAGIC.length).equals(MAGIC)) return undefined
  const bytes = FIXED_BYTES + file.readUInt16LE(5)
  if (file.length < bytes) return undefined
  return {
    key: file.toString('utf8', FIXED_BYTES, bytes),
    createdAt: Number(file.readBigUInt64LE(7)),
    isEncrypted: file.readUInt8(4) === ENCRYPTED,
    bytes,
  }
}

/** What the encryption authenticates besides the data: the container, and the header with the object's key. */
const boundTo = (container: string, header: Uint8Array): Buffer => {
  const name = Buffer.from(container)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(name.length)
  return Buffer.concat([length, name, header])
}

export type ObjectParts = {
  readonly container: string
  readonly key: string
  readonly createdAt: number
  readonly data: Uint8Array
}

/** Header and data; with `secret`, AES-256-GCM: nonce, ciphertext and tag in place of the data. */
export function encodeObject(
  { container, key, createdAt, data }: ObjectParts,
  secret: Uint8Array | undefined,
): Buffer {
  const keyBytes = Buffer.from(key)
  const header = Buffer.alloc(FIXED_BYTES + keyBytes.length)
  MAGIC.copy(header)
  header.writeUInt8(secret === undefined ? 0 : ENCRYPTED, 4)
  header.writeUInt16LE(keyBytes.length, 5)
  header.writeBigUInt64LE(BigInt(createdAt), 7)
  keyBytes.copy(header, FIXED_BYTES)
  if (secret === undefined) return Buffer.concat([header, data])
  return Buffer.concat([header, ...seal(ALGORITHM, secret, data, boundTo(container, header))])
}

/** The data of a whole file. Throws a HalFailure if it was changed, or encrypted with another key. */
export function decodeObject(
  file: Buffer,
  container: string,
  key: string,
  secret: Uint8Array | undefined,
): Uint8Array {
  const header = readHeader(file)
  if (header === undefined || header.key !== key) throw failure('storage', 'the object is damaged')
  const body = file.subarray(header.bytes)
  if (secret === undefined) {
    if (header.isEncrypted) throw failure('storage', 'the object is encrypted, and no key is set')
    return body
  }
  if (!header.isEncrypted) throw failure('storage', 'the object is not encrypted, although a key is set')
  if (body.length < NONCE_BYTES + TAG_BYTES) throw failure('storage', 'the object is damaged')
  const bound = boundTo(container, file.subarray(0, header.bytes))
  const plain = unseal(ALGORITHM, secret, body.subarray(0, NONCE_BYTES), body.subarray(NONCE_BYTES), bound)
  if (plain === undefined)
    throw failure('storage', 'the object was changed, or is encrypted with another key')
  return plain
}
