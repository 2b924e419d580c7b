import { createDecipheriv } from 'node:crypto'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { decodeBase64Strict } from '../../codecs/base64.js'
import { optional } from '../../codecs/types.js'
import { SealError } from './errors.js'
import { base64, decodeJson } from './json.js'
import type { Packet } from './packet.js'

/** The private options of a layer. The caller overwrites the key after use. */
export type LayerKey = {
  readonly key: Uint8Array
  /** `sha256:…` of the plain text as stated by its author; undefined if not stated. */
  readonly digest: string | undefined
  /** The counter block; undefined if it is in the public options. */
  readonly nonce: Uint8Array | undefined
}

const KEY_BYTES = 32
const TAG_BYTES = 16
const MAX_TEXT_BYTES = 256

/**
 * Reads the key in a resource: 32 bytes, either raw or as base64 text as in the guide of Propeller. Throws a
 * `SealError`.
 */
export const readKek = (resource: Uint8Array, kid: string): Uint8Array => {
  if (resource.length === KEY_BYTES) return resource
  const text = resource.length > MAX_TEXT_BYTES ? '' : Buffer.from(resource).toString('latin1').trim()
  const decoded = decodeBase64Strict(text)
  if (E.isRight(decoded) && decoded.right.length === KEY_BYTES) return decoded.right
  throw new SealError(
    `the key ${kid} has ${resource.length} bytes; expected ${KEY_BYTES}, raw or as standard base64`,
  )
}

/**
 * Decrypts the private options to JSON text. Throws a `SealError` if the key is not the one that they were wrapped
 * with.
 */
export const unwrapOptions = ({ kid, wrapped, iv, wrapType }: Packet, kek: Uint8Array): Buffer => {
  if (wrapType === 'A256CTR') {
    const decipher = createDecipheriv('aes-256-ctr', kek, iv)
    return Buffer.concat([decipher.update(wrapped), decipher.final()])
  }
  const decipher = createDecipheriv('aes-256-gcm', kek, iv, { authTagLength: TAG_BYTES })
  decipher.setAuthTag(wrapped.subarray(-TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(wrapped.subarray(0, -TAG_BYTES)), decipher.final()])
  } catch (error) {
    throw new SealError(`the key ${kid} does not open the image: it was encrypted with another key`, {
      cause: error,
    })
  }
}

const privateOptions = t.type({
  symkey: base64,
  digest: optional(t.string),
  cipheroptions: optional(t.type({ nonce: optional(base64) })),
})

/** Parses the private options. Throws a `SealError`. */
export const readLayerKey = (options: Uint8Array, what: string): LayerKey => {
  const read = `the content of the key packet of ${what}`
  const { symkey, digest, cipheroptions } = decodeJson(privateOptions, options, read)
  if (symkey.length !== KEY_BYTES)
    throw new SealError(`${read} is malformed: a key of ${symkey.length} bytes; expected ${KEY_BYTES}`)
  return { key: symkey, digest, nonce: cipheroptions?.nonce }
}
