import * as t from 'io-ts'
import { optional } from '../../codecs/types.js'
import { SealError } from './errors.js'
import { base64, decodeBase64, decodeJson } from './json.js'

export const PUBLIC_OPTIONS = 'org.opencontainers.image.enc.pubopts'
export const PROVIDER_KEYS = 'org.opencontainers.image.enc.keys.provider.'
export const OWN_PROVIDER = 'attestation-agent'
const KEYS = 'org.opencontainers.image.enc.keys.'
export const CIPHER = 'AES_256_CTR_HMAC_SHA256'

const MAX_OPTIONS = 16 * 1024
const MAX_PACKET = 64 * 1024
const MAX_PACKETS = 64

/** The public options of an encrypted layer. */
export type PublicOptions = {
  readonly hmac: Uint8Array
  /** The counter block; undefined if it is in the private options. */
  readonly nonce: Uint8Array | undefined
}

/** The unparsed wrapped key of a layer for one recipient. */
export type WrappedKey = { readonly provider: string; readonly packet: Uint8Array }

/** The annotations of an encrypted layer. */
export type Envelope = { readonly options: PublicOptions; readonly keys: readonly WrappedKey[] }

const publicOptions = t.type({
  cipher: t.string,
  hmac: base64,
  cipheroptions: optional(t.type({ nonce: optional(base64) })),
})

const optionsOf = (text: string, what: string): PublicOptions => {
  const read = `the public options of ${what}`
  const { cipher, hmac, cipheroptions } = decodeJson(
    publicOptions,
    decodeBase64(text, MAX_OPTIONS, read),
    read,
  )
  if (cipher !== CIPHER) throw new SealError(`${what} has an unsupported cipher; expected ${CIPHER}`)
  if (hmac.length !== 32) throw new SealError(`${read} have an HMAC of ${hmac.length} bytes; expected 32`)
  return { hmac, nonce: cipheroptions?.nonce }
}

/** The packets for one provider: base64, separated by commas. */
const keysOf = (provider: string, text: string, what: string): readonly WrappedKey[] =>
  text.split(',').map((part) => ({
    provider,
    packet: decodeBase64(part, MAX_PACKET, `a key packet of ${what}`),
  }))

/**
 * Reads the annotations of an encrypted layer; keys of `attestation-agent` come first. Throws a `SealError`.
 * @param what the layer's name in errors
 */
export const readEnvelope = (annotations: Readonly<Record<string, string>>, what: string): Envelope => {
  const entries = Object.entries(annotations)
  const providers = entries
    .filter(([key]) => key.startsWith(PROVIDER_KEYS))
    .map(([key, text]) => ({ provider: key.slice(PROVIDER_KEYS.length), text }))
    .sort((one, other) => Number(other.provider === OWN_PROVIDER) - Number(one.provider === OWN_PROVIDER))
  if (providers.length === 0) {
    const others = entries.filter(([key]) => key.startsWith(KEYS)).map(([key]) => key.slice(KEYS.length))
    throw new SealError(
      others.length === 0
        ? `${what} holds no key packet: it was encrypted for nobody`
        : `${what} is encrypted for ${others.join(', ')} recipients only; expected a key provider, such as ${OWN_PROVIDER}`,
    )
  }
  const options = annotations[PUBLIC_OPTIONS]
  if (options === undefined) throw new SealError(`${what} has no public options (${PUBLIC_OPTIONS})`)
  const keys = providers.flatMap(({ provider, text }) => keysOf(provider, text, what))
  if (keys.length > MAX_PACKETS) throw new SealError(`${what} has more than ${MAX_PACKETS} key packets`)
  return { options: optionsOf(options, what), keys }
}
