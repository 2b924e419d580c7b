import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto'

/** The names in Node.js. Keys have 32 bytes. */
export type Aead = 'aes-256-gcm' | 'chacha20-poly1305'

export const KEY_BYTES = 32
export const NONCE_BYTES = 12
export const TAG_BYTES = 16

const OPTIONS = { authTagLength: TAG_BYTES }

/** A random nonce, the ciphertext in one or more pieces, and the tag. `bound` is authenticated but not encrypted. */
export function seal(
  algorithm: Aead,
  key: Uint8Array,
  data: Uint8Array,
  bound?: Uint8Array,
): readonly Uint8Array[] {
  const nonce = randomFillSync(new Uint8Array(NONCE_BYTES))
  // Both have the same methods, but the types know only the second one.
  const sealing =
    algorithm === 'aes-256-gcm'
      ? createCipheriv(algorithm, key, nonce, OPTIONS)
      : createCipheriv(algorithm, key, nonce, OPTIONS)
  if (bound !== undefined) sealing.setAAD(bound, { plaintextLength: data.length })
  return [nonce, sealing.update(data), sealing.final(), sealing.getAuthTag()]
}

/** Decrypts and verifies; undefined if the key, the nonce or `bound` differs, or the data was changed. */
export function unseal(
  algorithm: Aead,
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
  bound?: Uint8Array,
): Uint8Array | undefined {
  if (sealed.length < TAG_BYTES) return undefined
  const tagAt = sealed.length - TAG_BYTES
  const opening =
    algorithm === 'aes-256-gcm'
      ? createDecipheriv(algorithm, key, nonce, OPTIONS)
      : createDecipheriv(algorithm, key, nonce, OPTIONS)
  if (bound !== undefined) opening.setAAD(bound, { plaintextLength: tagAt })
  opening.setAuthTag(sealed.subarray(tagAt))
  const plain = opening.update(sealed.subarray(0, tagAt))
  try {
    return Buffer.concat([plain, opening.final()])
  } catch {
    return undefined // The tag does not match.
  }
}
