import * as E from 'fp-ts/lib/Either.js'
import type { Seal } from '../../../model/binary.js'
import { KbsError, type KbsReason } from '../../kbs/errors.js'
import {
  isOfService,
  isSameKey,
  parseKeyReference,
  textOfKey,
  type KeyReference,
} from '../../kbs/resource-uri.js'
import { digestOf } from '../../slices.js'
import { readEnvelope, type Envelope, type WrappedKey } from './envelope.js'
import { SealError } from './errors.js'
import { NONCE_BYTES, openLayer } from './layer.js'
import { parsePacket, type Packet } from './packet.js'
import { unpackLayer } from './unpack.js'
import { readKek, readLayerKey, unwrapOptions, type LayerKey } from './unwrap.js'
import { messageOf } from '../../../model/message-of.js'

/** Unwraps the key of a layer: through a Key Broker Service, or a key provider. */
export type KeySource =
  | {
      readonly type: 'kbs'
      readonly service: URL
      /** The key-encryption key; the caller overwrites it. */
      readonly resource: (key: KeyReference, signal: AbortSignal) => Promise<Uint8Array>
    }
  | {
      readonly type: 'provider'
      /** The content of the packet as JSON text. */
      readonly unwrap: (key: WrappedKey, signal: AbortSignal) => Promise<Uint8Array>
    }

export type OpenOptions = {
  readonly source: KeySource
  /** Maximum size of a binary, in bytes. */
  readonly maxBytes: number
  /** Whether the publicly known key of the samples may be used. */
  readonly allowTestKey: boolean
}

export type SealedLayer = Pick<Seal, 'what' | 'annotations' | 'diffId'> & {
  readonly ciphertext: Uint8Array
  /** The key that the task requires; undefined to use any key that the image names. */
  readonly trusted: string | undefined
}

export type Opened = {
  readonly binary: Buffer
  /** Reports something for the log. */
  readonly warnings: readonly string[]
}

const TEST_KEY = 'default/test-key/1'

const referenceOf = (text: string, from: string): KeyReference => {
  const reference = parseKeyReference(text)
  if (E.isRight(reference)) return reference.right
  throw new SealError(`${from}: ${reference.left}, found ${JSON.stringify(text.slice(0, 200))}`)
}

/** The key of a packet, if it may be used. Throws a `SealError`. */
const keyOf = ({ kid }: Packet, options: OpenOptions, what: string, trusted?: KeyReference): KeyReference => {
  const key = referenceOf(kid, `the kid of ${what}`)
  if (trusted !== undefined && !isSameKey(key, trusted))
    throw new SealError(
      `${what} names the key ${textOfKey(key)}, the task's kbs_resource_path ${textOfKey(trusted)}`,
    )
  if (key.path === TEST_KEY && !options.allowTestKey)
    throw new SealError(`${what} is encrypted with the sample key ${textOfKey(key)}, which is public`)
  const { source } = options
  if (source.type === 'kbs' && !isOfService(key, source.service))
    throw new SealError(
      `${what} names the key ${textOfKey(key)} of another service; expected no host, or ${source.service.host}`,
    )
  return key
}

const throughService = async (
  packet: Packet,
  key: KeyReference,
  resource: (key: KeyReference, signal: AbortSignal) => Promise<Uint8Array>,
  signal: AbortSignal,
): Promise<Uint8Array> => {
  const held = await resource(key, signal)
  try {
    const kek = readKek(held, textOfKey(key))
    try {
      return unwrapOptions(packet, kek)
    } finally {
      kek.fill(0)
    }
  } finally {
    held.fill(0)
  }
}

const OF_ONE_KEY: ReadonlySet<KbsReason> = new Set(['policy', 'missing', 'refused', 'malformed'])

/** Whether another recipient's packet may succeed. */
const isOfOneKey = (error: unknown): boolean =>
  error instanceof SealError || (error instanceof KbsError && OF_ONE_KEY.has(error.reason))

type Layer = {
  readonly envelope: Envelope
  readonly what: string
  readonly trusted: KeyReference | undefined
}

const tryKey = async (
  wrapped: WrappedKey,
  { what, trusted }: Layer,
  options: OpenOptions,
  signal: AbortSignal,
): Promise<LayerKey> => {
  const { source } = options
  const inner = async (): Promise<Uint8Array> => {
    if (source.type === 'kbs') {
      const packet = parsePacket(wrapped.packet, what)
      return throughService(packet, keyOf(packet, options, what, trusted), source.resource, signal)
    }
    // Providers accept packets of any form, but only ours names its key, which must be the one that the task requires.
    if (trusted !== undefined) keyOf(parsePacket(wrapped.packet, what), options, what, trusted)
    return source.unwrap(wrapped, signal)
  }
  const privateOptions = await inner()
  try {
    return readLayerKey(privateOptions, what)
  } finally {
    privateOptions.fill(0)
  }
}

/** Uses the first packet that works; if all fail, the error contains every reason. */
const layerKey = async (layer: Layer, options: OpenOptions, signal: AbortSignal): Promise<LayerKey> => {
  const refusals: unknown[] = []
  for (const wrapped of layer.envelope.keys) {
    try {
      return await tryKey(wrapped, layer, options, signal)
    } catch (error) {
      if (!isOfOneKey(error)) throw error
      refusals.push(error)
    }
  }
  const [only] = refusals
  if (refusals.length === 1) throw only
  const texts = refusals.map(messageOf)
  throw new SealError(
    `none of the ${refusals.length} key packets of ${layer.what} can be used: ${[...new Set(texts)].join('; ')}`,
    { cause: only },
  )
}

/**
 * Opens an encrypted layer and returns its binary, in memory. Its HMAC and diff_id are verified. Rejects with a
 * `SealError`, or with the error of the key source.
 */
export const openSealed = async (
  { ciphertext, annotations, diffId, what, trusted }: SealedLayer,
  options: OpenOptions,
  signal: AbortSignal,
): Promise<Opened> => {
  const envelope = readEnvelope(annotations, what)
  const layer = {
    envelope,
    what,
    trusted: trusted === undefined ? undefined : referenceOf(trusted, 'kbs_resource_path'),
  }
  const { key, nonce: hidden, digest } = await layerKey(layer, options, signal)
  try {
    const nonce = envelope.options.nonce ?? hidden
    if (nonce === undefined) throw new SealError(`${what} has no nonce; expected ${NONCE_BYTES} bytes`)
    const plain = await openLayer(ciphertext, { key, nonce }, envelope.options.hmac, what, signal)
    try {
      const isAsMade = digest === undefined || digest === (await digestOf([plain], signal))
      return {
        binary: await unpackLayer({ layer: plain, diffId, maxBytes: options.maxBytes, what, signal }),
        // If the layer was compressed when it was encrypted, the digest is that of the uncompressed data.
        warnings: isAsMade
          ? []
          : [`${what} does not have the digest stored with its key, although its HMAC is correct`],
      }
    } finally {
      plain.fill(0)
    }
  } finally {
    key.fill(0)
  }
}
