import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { nameOfTee, type TeeDetection } from '../../host/tee.js'
import { decode } from '../codecs/decode.js'
import { optional } from '../codecs/types.js'
import { parseAgentFile, type AgentFile } from '../kbs/agent-file.js'
import { isLocalHost } from '../../net/local-host.js'
import { grpcAddress } from './settings/agent-choice.js'
import type { ConfigFiles } from './files.js'
import type { Resolution } from './resolve.js'
import type { KeySourceConfig } from './config.js'

export type FoundConfidential = {
  readonly problems: readonly string[]
  readonly warnings: readonly string[]
  readonly keys: KeySourceConfig | undefined
  readonly detection: TeeDetection
}

const NO_KBS = 'KBS URI must be configured when TEE is detected. Set PROPLET_KBS_URI environment variable.'

type Read<T> = {
  readonly problems: readonly string[]
  readonly warnings: readonly string[]
  readonly value?: T
}

/** Reads and parses a file named by a setting. */
const fileOf = <T>(
  name: string,
  path: string | undefined,
  files: ConfigFiles,
  parse: (text: string, path: string) => E.Either<string, T>,
): Read<T> => {
  if (path === undefined) return { problems: [], warnings: [] }
  const parsed = E.chain((text: string) => parse(text, path))(
    E.tryCatch(
      () => files.read(path),
      () => 'expected a readable file',
    ),
  )
  return E.isRight(parsed)
    ? { problems: [], warnings: [], value: parsed.right }
    : { problems: [`${name}: ${JSON.stringify(path)}: ${parsed.left}`], warnings: [] }
}

const providers = t.type({
  'key-providers': t.record(t.string, t.type({ grpc: optional(t.string) }, 'a provider')),
})

const OWN_PROVIDER = 'attestation-agent'

/** The provider's address in ocicrypt's file; undefined if it names no gRPC provider. */
const parseProviders = (text: string): E.Either<string, string | undefined> => {
  const json = E.tryCatch(
    (): unknown => JSON.parse(text),
    () => 'expected JSON',
  )
  return E.chain((value: unknown) => {
    const decoded = decode(providers)(value)
    if (E.isLeft(decoded)) return E.left(decoded.left.message)
    const found = Object.entries(decoded.right['key-providers'])
    const own = found.find(([name, { grpc }]) => name === OWN_PROVIDER && grpc !== undefined)
    const written = (own ?? found.find(([, { grpc }]) => grpc !== undefined))?.[1].grpc
    if (written === undefined) return E.right(undefined)
    const address = grpcAddress.read(written)
    return E.isRight(address) ? address : E.left('expected HOST:PORT as the "grpc" of a provider')
  })(json)
}

const plainWarning = (url: string): readonly string[] => {
  const { protocol, host } = new URL(url)
  return protocol === 'https:' || isLocalHost(host)
    ? []
    : [
        `the Key Broker Service at ${host} is contacted without TLS: keys are encrypted to the attested key, but anyone on the network path can see and drop requests`,
      ]
}

const keysOf = (
  { values }: Resolution,
  agent: AgentFile | undefined,
  provider: string | undefined,
): KeySourceConfig | undefined => {
  if (provider !== undefined) return { type: 'provider', address: provider }
  const url = values.kbs_uri ?? agent?.url
  return url === undefined
    ? undefined
    : { type: 'kbs', url, ca: agent?.cert, keyAlgorithm: agent?.keyAlgorithm ?? 'ECDH-ES+A256KW-P256' }
}

/** The setting that requires evidence, if any. */
const guestSign = (
  { tee, tee_agent: agent }: Resolution['values'],
  { guest }: TeeDetection,
): string | undefined => {
  if (tee === 'none' || tee === 'sample') return undefined
  if (tee !== undefined && tee !== 'auto') return `PROPLET_TEE=${tee}`
  if (guest !== undefined) return `${nameOfTee(guest.kind)} was found by ${guest.sign}`
  return agent === undefined || agent.type === 'auto' || agent.type === 'none'
    ? undefined
    : 'PROPLET_TEE_AGENT is set'
}

/** Checks the settings for encrypted tasks against each other and against the host. */
export const findConfidential = (
  resolution: Resolution,
  files: ConfigFiles,
  detectTee: (root: string) => TeeDetection,
): FoundConfidential => {
  const { values, nameOf } = resolution
  // In a function, because its part of the program is loaded where it is first named.
  const agent = fileOf(nameOf('aa_config_path'), values.aa_config_path, files, (text, path) =>
    parseAgentFile(text, path),
  )
  const providersFile = values.key_provider === undefined ? values.ocicrypt_keyprovider_config : undefined
  const listed = fileOf(nameOf('ocicrypt_keyprovider_config'), providersFile, files, parseProviders)
  const keys = keysOf(resolution, agent.value, values.key_provider ?? listed.value)
  const detection = detectTee(values.tee_sysroot ?? '/')
  const sign = guestSign(values, detection)
  const isUnread = agent.problems.length + listed.problems.length > 0
  return {
    problems: [
      ...agent.problems,
      ...listed.problems,
      ...(sign === undefined || keys !== undefined || isUnread ? [] : [`${NO_KBS} (${sign})`]),
      ...(values.hal_storage_key?.type !== 'kbs' || keys?.type === 'kbs' || isUnread
        ? []
        : [
            `${nameOf('hal_storage_key')} names a Key Broker Service; expected ${nameOf('kbs_uri')} to be set too`,
          ]),
    ],
    warnings: [
      ...(agent.value?.warnings ?? []).map((warning) => `${nameOf('aa_config_path')}: ${warning}`),
      ...(providersFile !== undefined && listed.problems.length === 0 && listed.value === undefined
        ? [`${nameOf('ocicrypt_keyprovider_config')} names no gRPC provider, and has no effect`]
        : []),
      ...(keys?.type === 'kbs' ? plainWarning(keys.url) : []),
      ...(values.tee === 'sample'
        ? [`${nameOf('tee')} is sample: evidence is fabricated and proves nothing; for tests only`]
        : []),
    ],
    keys,
    detection,
  }
}
