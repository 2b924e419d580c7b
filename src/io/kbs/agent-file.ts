import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { parse } from 'toml'
import { decode } from '../codecs/decode.js'
import { optional } from '../codecs/types.js'
import { TEE_KEY_ALGORITHMS, type TeeKeyAlgorithm } from './tee-key.js'

/** The Key Broker Service in the configuration file of the Attestation Agent. */
export type AgentFile = {
  readonly url: string | undefined
  /** PEM certificates to trust. */
  readonly cert: string | undefined
  readonly keyAlgorithm: TeeKeyAlgorithm | undefined
  readonly warnings: readonly string[]
}

const section = t.type({
  url: optional(t.string),
  cert: optional(t.string),
  tee_key_algorithm: optional(t.string),
})
const file = t.type({
  token_configs: optional(t.type({ kbs: optional(section), coco_kbs: t.unknown })),
})

const isAlgorithm = (text: string): text is TeeKeyAlgorithm =>
  TEE_KEY_ALGORITHMS.some((known) => known === text)

const parsed = (text: string, path: string): E.Either<string, unknown> => {
  const isJson = path.toLowerCase().endsWith('.json')
  return E.tryCatch(
    (): unknown => (isJson ? JSON.parse(text) : parse(text)),
    () => `expected ${isJson ? 'JSON' : 'TOML'}`,
  )
}

const checkUrl = (url: string | undefined): E.Either<string, string | undefined> =>
  url === undefined || (/^https?:\/\//i.test(url) && URL.canParse(url))
    ? E.right(url)
    : E.left('token_configs.kbs.url: expected a URL that starts with http:// or https://')

/** Reads the file: JSON by its suffix, else TOML. Left: what is wrong. Other keys are ignored. */
export const parseAgentFile = (text: string, path: string): E.Either<string, AgentFile> =>
  E.Monad.chain(parsed(text, path), (value) => {
    const decoded = decode(file)(value)
    if (E.isLeft(decoded)) return E.left(decoded.left.message)
    const { kbs, coco_kbs } = decoded.right.token_configs ?? {}
    const algorithm = kbs?.tee_key_algorithm
    if (algorithm !== undefined && !isAlgorithm(algorithm))
      return E.left(`token_configs.kbs.tee_key_algorithm: expected one of ${TEE_KEY_ALGORITHMS.join(', ')}`)
    return E.Functor.map(checkUrl(kbs?.url), (url) => ({
      url,
      cert: kbs?.cert,
      keyAlgorithm: algorithm,
      warnings:
        kbs === undefined && coco_kbs !== undefined && coco_kbs !== null
          ? ['[token_configs.coco_kbs] is ignored, as the agent ignores it: name it [token_configs.kbs]']
          : [],
    }))
  })
