import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { SLICE } from '../../slices.js'
import { SealError } from './errors.js'

const CIPHER = 'aes-256-ctr'
export const NONCE_BYTES = 16

export type LayerSecret = {
  readonly key: Uint8Array
  /** The complete first counter block. */
  readonly nonce: Uint8Array
}

type Turn = (slice: Uint8Array, at: number) => void

/** Yields the bytes in slices, so that the event loop turns in between. */
const paced = async (bytes: Uint8Array, signal: AbortSignal, turn: Turn): Promise<void> => {
  for (let at = 0; at < bytes.length; at += SLICE) {
    turn(bytes.subarray(at, at + SLICE), at)
    if (at + SLICE < bytes.length) await setImmediate(undefined, { signal })
  }
}

const hmacOf = async (ciphertext: Uint8Array, key: Uint8Array, signal: AbortSignal): Promise<Buffer> => {
  const hmac = createHmac('sha256', key)
  await paced(ciphertext, signal, (slice) => hmac.update(slice))
  return hmac.digest()
}

/**
 * Decrypts a layer into separate memory. Nothing is decrypted before its HMAC was verified. Rejects with a `SealError`.
 */
export const openLayer = async (
  ciphertext: Uint8Array,
  { key, nonce }: LayerSecret,
  hmac: Uint8Array,
  what: string,
  signal: AbortSignal,
): Promise<Buffer> => {
  if (nonce.length !== NONCE_BYTES)
    throw new SealError(`${what} has a nonce of ${nonce.length} bytes; expected ${NONCE_BYTES}`)
  if (!timingSafeEqual(await hmacOf(ciphertext, key, signal), hmac))
    throw new SealError(`the HMAC of ${what} does not match: the layer is damaged or forged`)
  const plain = Buffer.allocUnsafeSlow(ciphertext.length)
  const decipher = createDecipheriv(CIPHER, key, nonce)
  await paced(ciphertext, signal, (slice, at) => {
    const piece = decipher.update(slice)
    piece.copy(plain, at)
    piece.fill(0)
  })
  return plain
}

/** Encrypts a layer; returns the ciphertext and its HMAC. */
export const sealLayer = async (
  plain: Uint8Array,
  { key, nonce }: LayerSecret,
  signal: AbortSignal,
): Promise<{ readonly ciphertext: Buffer; readonly hmac: Buffer }> => {
  const ciphertext = Buffer.allocUnsafeSlow(plain.length)
  const cipher = createCipheriv(CIPHER, key, nonce)
  await paced(plain, signal, (slice, at) => cipher.update(slice).copy(ciphertext, at))
  return { ciphertext, hmac: await hmacOf(ciphertext, key, signal) }
}
