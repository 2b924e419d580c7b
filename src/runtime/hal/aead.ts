import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto'

/** As Node.js names them. Keys have 32 bytes. */
export type Aead = 'aes-256-gcm' | 'chacha20-poly1305'

export const KEY_BYTES = 32
export const NONCE_BYTES = 12
export const TAG_BYTES = 16

const OPTIONS = { authTagLength: TAG_BYTES }

/** A random nonce, the ciphertext in one piece or more, and the tag. `bound` is authenticated, and not encrypted. */
export function seal(
  algorithm: Aead,
  key: Uint8Array,
  data: Uint8Array,
  bound?: Uint8Array,
): readonly Uint8Array[] {
  const nonce = randomFillSync(new Uint8Array(NONCE_BYTES))
  // Both have the same methods; the types know the second as the first.
  const sealing =
    algorithm === 'aes-256-gcm'
      ? createCipheriv(algorithm, key, nonce, OPTIONS)
      : createCipheriv(algorithm, key, nonce, OPTIONS)
  if (bound !== undefined) sealing.setAAD(bound, { plaintextLength: data.length })
  return [nonce, sealing.update(data), sealing.final(), sealing.getAuthTag()]
}

/** The data of a ciphertext and its tag; undefined: made with another key or nonce, for something else, or changed. */
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
    return undefined // The tag does not fit.
  }
}
