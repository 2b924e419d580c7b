import type * as E from 'fp-ts/lib/Either.js'
import type { Sandbox } from '../../host/sandbox/sandbox.js'
import type { TeeDetection } from '../../host/tee.js'
import { isLoopback } from '../../net/local-host.js'
import { completeAddress, isSecure } from './settings/address.js'
import { checkRuntime, type Sought } from './check-runtime.js'
import type { ConfigFiles } from './files.js'
import type { Resolution } from './resolve.js'
import { settingEntries, type SettingKey } from './settings/settings.js'

/** Access to the host that is needed to load a configuration. */
export type Surroundings = {
  readonly files: ConfigFiles
  readonly detectTee: (root: string) => TeeDetection
  /** Left: why there is none. */
  readonly findSandbox: () => E.Either<string, Sandbox>
  readonly hasJco: () => boolean
}

export type Findings = { readonly problems: readonly string[]; readonly warnings: readonly string[] }

const TLS_FILES = ['mqtt_tls_ca_cert', 'mqtt_tls_client_cert', 'mqtt_tls_client_key'] as const

const checkTls = ({ values, nameOf, isSet }: Resolution, files: ConfigFiles): Findings => {
  const insecure = values.mqtt_tls_insecure_skip_verify === true
  const used: readonly SettingKey[] = [
    ...TLS_FILES.filter(isSet),
    ...(insecure ? (['mqtt_tls_insecure_skip_verify'] as const) : []),
  ]
  const written = values.mqtt_address
  const secure = written === undefined || isSecure(completeAddress(written, used.length > 0).transport)
  const halves = [
    ['mqtt_tls_client_cert', 'mqtt_tls_client_key'],
    ['mqtt_tls_client_key', 'mqtt_tls_client_cert'],
  ] as const
  return {
    problems: [
      ...halves
        .filter(([one, other]) => isSet(one) && !isSet(other))
        .map(([one, other]) => `${nameOf(one)} is set without ${nameOf(other)}; expected both or neither`),
      ...(secure ? [] : used).map(
        (key) =>
          `${nameOf(key)} is set, but ${nameOf('mqtt_address')} is an unencrypted address; ` +
          'expected an ssl, tls, mqtts or wss address',
      ),
      ...TLS_FILES.flatMap((key) => {
        const file = values[key]
        return file === undefined || files.isReadable(file)
          ? []
          : [`${nameOf(key)}: found ${JSON.stringify(file)}; expected a readable file`]
      }),
    ],
    warnings:
      insecure && secure
        ? [`${nameOf('mqtt_tls_insecure_skip_verify')} is set: the broker's certificate is not verified`]
        : [],
  }
}

const checkNetwork = ({ values, nameOf }: Resolution, files: ConfigFiles): Findings => {
  const file = values.http_tls_ca_cert
  return {
    problems:
      file === undefined || files.isReadable(file)
        ? []
        : [`${nameOf('http_tls_ca_cert')}: found ${JSON.stringify(file)}; expected a readable file`],
    warnings:
      values.http_tls_insecure_skip_verify === true
        ? [
            `${nameOf('http_tls_insecure_skip_verify')} is set: HTTPS certificates of components, downloads and federated learning are not verified`,
          ]
        : [],
  }
}

const checkWholeSeconds = ({ values, nameOf }: Resolution): readonly string[] =>
  (['mqtt_keep_alive', 'mqtt_session_expiry'] as const)
    .filter((key) => (values[key] ?? 0) % 1000 !== 0)
    .map((key) => `${nameOf(key)}: found ${values[key] ?? 0}ms; expected whole seconds`)

const checkVersion = ({ values, nameOf, isSet }: Resolution): readonly string[] =>
  values.mqtt_version === '5'
    ? []
    : (['mqtt_session_expiry', 'mqtt_receive_maximum'] as const)
        .filter(isSet)
        .map((key) => `${nameOf(key)} has no effect without ${nameOf('mqtt_version')}=5`)

const checkSupport = ({ values, nameOf, isSet }: Resolution): Pick<Findings, 'warnings'> => ({
  // This release always behaves as if the feature were off, so turning it off needs no warning.
  warnings: settingEntries
    .filter(([key, setting]) => setting.inert && isSet(key) && values[key] !== false)
    .map(([key]) => `${nameOf(key)} has no effect in this release`),
})

const checkPage = ({ values, nameOf, isSet }: Resolution): Findings => {
  if (values.ui_actions !== true) return { problems: [], warnings: [] }
  const host = values.metrics_host
  const isServed =
    values.metrics_enabled === true && (values.ui_enabled ?? (host !== undefined && isLoopback(host)))
  return {
    problems: isSet('ui_token')
      ? []
      : [
          `${nameOf('ui_actions')} is set without ${nameOf('ui_token')}; expected a token for requests to carry`,
        ],
    warnings: [
      ...(isServed ? [] : [`${nameOf('ui_actions')} has no effect, because no page is served`]),
      ...(isServed && host !== undefined && !isLoopback(host)
        ? [
            `${nameOf('ui_actions')}: the token travels unencrypted to ${host}; put a TLS proxy in front of it`,
          ]
        : []),
    ],
  }
}

const checkFetch = ({ values, nameOf }: Resolution): readonly string[] => {
  const { fetch_retry: retry, fetch_stall: stall } = values
  return retry !== undefined && stall !== undefined && retry >= stall
    ? [
        `${nameOf('fetch_retry')} is not below ${nameOf('fetch_stall')}: no fetch will ever be requested again`,
      ]
    : []
}

/** Checks the settings of identity and connection. */
export const checkChannel = (resolution: Resolution, files: ConfigFiles): Findings => {
  const { problems, warnings } = checkTls(resolution, files)
  return {
    problems: [...problems, ...checkWholeSeconds(resolution)],
    warnings: [...warnings, ...checkVersion(resolution)],
  }
}

/** Checks settings against each other and against the host. */
export const check = (resolution: Resolution, sought: Sought, { files }: Surroundings): Findings => {
  const channel = checkChannel(resolution, files)
  const support = checkSupport(resolution)
  const network = checkNetwork(resolution, files)
  const page = checkPage(resolution)
  return {
    problems: [
      ...channel.problems,
      ...network.problems,
      ...page.problems,
      ...checkRuntime(resolution, sought, files),
    ],
    warnings: [
      ...channel.warnings,
      ...network.warnings,
      ...page.warnings,
      ...checkFetch(resolution),
      ...support.warnings,
    ],
  }
}
