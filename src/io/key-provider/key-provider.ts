import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { CallError, unaryCall } from '../../net/grpc.js'
import { bytesAt, bytesField, ProtobufError, readFields } from '../../net/protobuf.js'
import { decodeBase64Strict } from '../codecs/base64.js'
import { parseBoundedJson } from '../../net/json/bounded-json.js'
import { decode } from '../codecs/decode.js'

/** A key provider failed to unwrap a key. The message contains no part of the key. */
class KeyProviderError extends Error {
  override readonly name = 'KeyProviderError'
  readonly code = 'key-provider'
}

const METHOD = '/keyprovider.KeyProviderService/UnWrapKey'
/** Maximum size of the options, in bytes: a key and its parameters. */
const MAX_OPTIONS = 4096

/** Servers written in Go send base64, those in Rust an array of numbers. */
const results = t.type({
  keyunwrapresults: t.type({ optsdata: t.union([t.string, t.array(t.Int)]) }, 'results'),
})

const requestOf = (provider: string, packet: Uint8Array): string =>
  JSON.stringify({
    op: 'keyunwrap',
    keywrapparams: { ec: null, optsdata: null },
    keyunwrapparams: {
      dc: { Parameters: { [provider]: [Buffer.from('Enabled').toString('base64')] } },
      annotation: Buffer.from(packet).toString('base64'),
    },
  })

const malformed = (address: string): KeyProviderError =>
  new KeyProviderError(`the key provider at ${address} answered with something other than a key`)

/** The private options in an answer. Throws a `KeyProviderError`. */
export const readUnwrapped = (answer: Uint8Array, address: string): Uint8Array => {
  const decoded = E.chainW(decode(results))(parseBoundedJson(answer))
  if (E.isLeft(decoded)) throw malformed(address)
  const { optsdata } = decoded.right.keyunwrapresults
  if (optsdata.length > MAX_OPTIONS) throw malformed(address)
  if (typeof optsdata !== 'string') {
    if (optsdata.every((byte) => byte >= 0 && byte <= 255)) return Uint8Array.from(optsdata)
    throw malformed(address)
  }
  const bytes = decodeBase64Strict(optsdata)
  if (E.isLeft(bytes)) throw malformed(address)
  return bytes.right
}

export type KeyProviderOptions = {
  /** `host:port`. */
  readonly address: string
  /** Time limit of one call, in milliseconds. */
  readonly timeoutMs: number
}

/** Unwraps image keys through an ocicrypt key provider, over gRPC. Rejects with a `KeyProviderError`. */
export const createKeyProvider =
  ({ address, timeoutMs }: KeyProviderOptions) =>
  async (
    { provider, packet }: { readonly provider: string; readonly packet: Uint8Array },
    signal: AbortSignal,
  ): Promise<Uint8Array> => {
    try {
      const request = bytesField(1, requestOf(provider, packet))
      const answer = await unaryCall({ address, method: METHOD, request, timeoutMs }, signal)
      return readUnwrapped(bytesAt(readFields(answer), 1), address)
    } catch (error) {
      if (error instanceof ProtobufError) throw malformed(address)
      if (!(error instanceof CallError)) throw error
      throw new KeyProviderError(`the key provider failed to unwrap the key: ${error.message}`, {
        cause: error,
      })
    }
  }
