import * as t from 'io-ts'
import { filled, label, optional } from '../../codecs/types.js'
import { SealError } from './errors.js'
import { base64, decodeJson } from './json.js'

const WRAP_TYPES = ['A256GCM', 'A256CTR'] as const
export type WrapType = (typeof WRAP_TYPES)[number]

/** A wrapped key in the format of CoCo; a Key Broker Service has the key to unwrap it. */
export type Packet = {
  /** The ID of the wrapping key: a resource of the service. */
  readonly kid: string
  readonly wrapped: Uint8Array
  readonly iv: Uint8Array
  readonly wrapType: WrapType
}

const packet = t.type({
  kid: filled(1024),
  wrapped_data: base64,
  iv: base64,
  wrap_type: label(64),
  provider: optional(label(64)),
})

const IV_BYTES: Readonly<Record<WrapType, number>> = { A256GCM: 12, A256CTR: 16 }
const TAG_BYTES = 16

const isWrapType = (text: string): text is WrapType => WRAP_TYPES.some((known) => known === text)

/** Throws a `SealError`. */
export const parsePacket = (bytes: Uint8Array, what: string): Packet => {
  const read = `a key packet of ${what}`
  const { kid, wrapped_data: wrapped, iv, wrap_type, provider } = decodeJson(packet, bytes, read)
  if (provider !== undefined && provider !== 'kbs')
    throw new SealError(`${read} is for the key service ${JSON.stringify(provider)}; expected kbs`)
  if (!isWrapType(wrap_type))
    throw new SealError(
      `${read} has the wrap_type ${JSON.stringify(wrap_type)}; expected ${WRAP_TYPES.join(' or ')}`,
    )
  if (iv.length !== IV_BYTES[wrap_type])
    throw new SealError(
      `${read} has an iv of ${iv.length} bytes; expected ${IV_BYTES[wrap_type]} for ${wrap_type}`,
    )
  if (wrap_type === 'A256GCM' && wrapped.length < TAG_BYTES)
    throw new SealError(
      `${read} has ${wrapped.length} bytes of wrapped data; expected at least a tag of ${TAG_BYTES}`,
    )
  return { kid, wrapped, iv, wrapType: wrap_type }
}
