import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import { CIPHER, OWN_PROVIDER, PROVIDER_KEYS, PUBLIC_OPTIONS } from './envelope.js'
import { NONCE_BYTES, sealLayer } from './layer.js'

/** A recipient: the name of its key, and the key of 32 bytes. */
export type Recipient = { readonly kid: string; readonly kek: Uint8Array }

export type SealedImageLayer = {
  readonly ciphertext: Buffer
  readonly mediaType: string
  readonly digest: string
  readonly annotations: Readonly<Record<string, string>>
}

const GCM_IV_BYTES = 12

const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64')

/** Wraps options for one recipient; returns the packet as JSON text. */
export const wrapFor = (
  { kid, kek }: Recipient,
  options: Uint8Array,
  iv = randomBytes(GCM_IV_BYTES),
): string => {
  const cipher = createCipheriv('aes-256-gcm', kek, iv)
  const wrapped = Buffer.concat([cipher.update(options), cipher.final(), cipher.getAuthTag()])
  return JSON.stringify({ kid, wrapped_data: base64(wrapped), iv: base64(iv), wrap_type: 'A256GCM' })
}

/** Provides keys and nonces; by default random ones for each layer. */
export type Randomness = (bytes: number) => Uint8Array

/**
 * Encrypts a layer for several recipients, as ocicrypt does.
 * @param mediaType of the plain layer; `+encrypted` is appended
 */
export const sealForRecipients = async (
  plain: Uint8Array,
  mediaType: string,
  recipients: readonly Recipient[],
  signal: AbortSignal,
  random: Randomness = randomBytes,
): Promise<SealedImageLayer> => {
  const key = random(32)
  const nonce = random(NONCE_BYTES)
  const { ciphertext, hmac } = await sealLayer(plain, { key, nonce }, signal)
  const options = Buffer.from(
    JSON.stringify({
      symkey: base64(key),
      digest: digestOf(plain),
      cipheroptions: { nonce: base64(nonce) },
    }),
  )
  key.fill(0)
  const packets = recipients.map((recipient) => base64(wrapFor(recipient, options)))
  options.fill(0)
  const shown = JSON.stringify({ cipher: CIPHER, hmac: base64(hmac), cipheroptions: {} })
  return {
    ciphertext,
    mediaType: `${mediaType}+encrypted`,
    digest: digestOf(ciphertext),
    annotations: {
      [`${PROVIDER_KEYS}${OWN_PROVIDER}`]: packets.join(','),
      [PUBLIC_OPTIONS]: base64(shown),
    },
  }
}
