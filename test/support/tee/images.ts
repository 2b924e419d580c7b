import { randomBytes } from 'node:crypto'
import { sealForRecipients, type Recipient } from '../../../src/io/download/ocicrypt/seal.js'
import { digestOf, pusher, type Layer } from '../oci-push.js'

export const WASM_LAYER = 'application/vnd.wasm.content.layer.v1+wasm'
export const TAR_LAYER = 'application/vnd.oci.image.layer.v1.tar'
export const CONFIG = 'application/vnd.oci.image.config.v1+json'

const { signal } = new AbortController()

/** A layer encrypted with these keys; `change` modifies it in transit. */
export const sealedLayer = async (
  plain: Uint8Array,
  recipients: readonly Recipient[],
  mediaType: string = WASM_LAYER,
  random: (bytes: number) => Uint8Array = randomBytes,
): Promise<Layer> => {
  const sealed = await sealForRecipients(plain, mediaType, recipients, signal, random)
  return { mediaType: sealed.mediaType, bytes: sealed.ciphertext, annotations: sealed.annotations }
}

/** An image config with the digests of the unencrypted layers. */
export const configWith = (layers: readonly Uint8Array[]): Layer => ({
  mediaType: CONFIG,
  bytes: Buffer.from(
    JSON.stringify({
      architecture: 'wasm',
      os: 'wasip1',
      rootfs: { type: 'layers', diff_ids: layers.map(digestOf) },
    }),
  ),
})

/** Pushes to a registry without authentication. */
export const openPusher = (host: string) => pusher(host, () => Promise.resolve(undefined))
