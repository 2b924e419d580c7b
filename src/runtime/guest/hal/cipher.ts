import { KEY_BYTES, NONCE_BYTES, seal, unseal } from '../../hal/aead.js'
import { failure } from '../../hal/failure.js'

export const CIPHERS = ['aes256-gcm', 'chacha20-poly1305'] as const
export type CipherName = (typeof CIPHERS)[number]

/** The nonce that the Rust proplet really uses, whatever nonce it puts in front. */
const LEGACY_NONCE = new Uint8Array(NONCE_BYTES)

/** The names in Node.js, and in errors. */
const ALGORITHMS = {
  'aes256-gcm': { node: 'aes-256-gcm', shown: 'AES' },
  'chacha20-poly1305': { node: 'chacha20-poly1305', shown: 'ChaCha20' },
} as const

const algorithmFor = (key: Uint8Array, cipher: CipherName) => {
  const { node, shown } = ALGORITHMS[cipher]
  if (key.length !== KEY_BYTES) throw failure('crypto', `Invalid ${shown} key`)
  return node
}

/** A random nonce of 12 bytes, the ciphertext, and a tag of 16 bytes. */
export function encrypt(data: Uint8Array, key: Uint8Array, cipher: CipherName): Uint8Array {
  return Buffer.concat(seal(algorithmFor(key, cipher), key, data))
}

/** `legacy` is called after decrypting data of the Rust proplet; without it, such data is an error. */
export function decrypt(
  data: Uint8Array,
  key: Uint8Array,
  cipher: CipherName,
  legacy?: () => void,
): Uint8Array {
  const algorithm = algorithmFor(key, cipher)
  if (data.length < NONCE_BYTES) throw failure('crypto', 'Invalid ciphertext length')
  const sealed = data.subarray(NONCE_BYTES)
  const opened = unseal(algorithm, key, data.subarray(0, NONCE_BYTES), sealed)
  if (opened !== undefined) return opened
  const openedAsLegacy = legacy && unseal(algorithm, key, LEGACY_NONCE, sealed)
  if (openedAsLegacy === undefined) throw failure('crypto', 'Decryption failed')
  legacy?.()
  return openedAsLegacy
}
