import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto'
import { failure } from '../../hal/failure.js'

export const CIPHERS = ['aes256-gcm', 'chacha20-poly1305'] as const
export type CipherName = (typeof CIPHERS)[number]

const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
/** What the Rust proplet really encrypts with, whatever nonce it puts in front. */
const LEGACY_NONCE = new Uint8Array(NONCE_BYTES)

/** As Node.js names them, and as errors do. */
const ALGORITHMS = {
  'aes256-gcm': { node: 'aes-256-gcm', shown: 'AES' },
  'chacha20-poly1305': { node: 'chacha20-poly1305', shown: 'ChaCha20' },
} as const

const algorithmFor = (key: Uint8Array, cipher: CipherName) => {
  const { node, shown } = ALGORITHMS[cipher]
  if (key.length !== KEY_BYTES) throw failure('crypto', `Invalid ${shown} key`)
  return node
}

const OPTIONS = { authTagLength: TAG_BYTES }

/** A random nonce of 12 bytes, the ciphertext, and a tag of 16 bytes. */
export function encrypt(data: Uint8Array, key: Uint8Array, cipher: CipherName): Uint8Array {
  const algorithm = algorithmFor(key, cipher)
  const nonce = randomFillSync(new Uint8Array(NONCE_BYTES))
  // Both have the same methods; the types know the second as the first.
  const sealing =
    algorithm === 'aes-256-gcm'
      ? createCipheriv(algorithm, key, nonce, OPTIONS)
      : createCipheriv(algorithm, key, nonce, OPTIONS)
  return Buffer.concat([nonce, sealing.update(data), sealing.final(), sealing.getAuthTag()])
}

/** `legacy` is called when it opened what the Rust proplet encrypted; without it, that is an error. */
export function decrypt(
  data: Uint8Array,
  key: Uint8Array,
  cipher: CipherName,
  legacy?: () => void,
): Uint8Array {
  const algorithm = algorithmFor(key, cipher)
  if (data.length < NONCE_BYTES) throw failure('crypto', 'Invalid ciphertext length')
  const sealed = data.subarray(NONCE_BYTES)
  const opened = open(algorithm, sealed, key, data.subarray(0, NONCE_BYTES))
  if (opened !== undefined) return opened
  const openedAsLegacy = legacy && open(algorithm, sealed, key, LEGACY_NONCE)
  if (openedAsLegacy === undefined) throw failure('crypto', 'Decryption failed')
  legacy?.()
  return openedAsLegacy
}

/** Undefined: it was not made with this key and nonce, or was changed. */
function open(
  algorithm: 'aes-256-gcm' | 'chacha20-poly1305',
  sealed: Uint8Array,
  key: Uint8Array,
  nonce: Uint8Array,
): Uint8Array | undefined {
  if (sealed.length < TAG_BYTES) return undefined
  const tagAt = sealed.length - TAG_BYTES
  const opening =
    algorithm === 'aes-256-gcm'
      ? createDecipheriv(algorithm, key, nonce, OPTIONS)
      : createDecipheriv(algorithm, key, nonce, OPTIONS)
  opening.setAuthTag(sealed.subarray(tagAt))
  const plain = opening.update(sealed.subarray(0, tagAt))
  try {
    return Buffer.concat([plain, opening.final()])
  } catch {
    return undefined // The tag does not fit.
  }
}
