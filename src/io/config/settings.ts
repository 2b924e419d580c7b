import { isAbsolute, join } from 'node:path'
import { address } from './address.js'
import { duration } from './duration.js'
import { networkRules } from './network.js'
import { privateRules } from './private-rules.js'
import {
  boolean,
  directoryOrNone,
  integer,
  ipAddress,
  list,
  oneOf,
  path,
  qos,
  ratio,
  secretText,
  text,
  token,
  topicLevel,
  url,
} from './readers.js'
import type { HostFacts, Setting } from './setting.js'
import { computed, optional, required, withDefault } from './setting.js'
import { size } from './size.js'

const MIB = 2 ** 20
const GIB = 2 ** 30

const absolute = (found: string | undefined): found is string => found !== undefined && isAbsolute(found)

/** A directory of ours under the XDG base directory `variable`, under the home without it, or the temp directory. */
const under =
  (variable: string, homePath: readonly string[], name: readonly string[]) =>
  ({ env, tempDirectory }: HostFacts): string => {
    const base = env[variable]
    const home = env['HOME']
    if (absolute(base)) return join(base, ...name)
    return absolute(home) ? join(home, ...homePath, ...name) : join(tempDirectory, ...name)
  }

/** Where docker itself looks for it. */
const dockerConfig = ({ env, tempDirectory }: HostFacts): string => {
  const [own, home] = [env['DOCKER_CONFIG'], env['HOME']]
  if (absolute(own)) return join(own, 'config.json')
  return join(absolute(home) ? home : tempDirectory, '.docker', 'config.json')
}

const directories = list(
  ':',
  (found) => isAbsolute(found) && !found.includes('\0'),
  'absolute paths of directories, with colons between them',
)
const tags = list(
  ',',
  (found) => found.length <= 256 && !/\p{Cc}/u.test(found),
  'tags with commas between them',
)

const registries = list(
  ',',
  (found) => /^(?:[a-z0-9][a-z0-9.-]*|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(found),
  'registries as HOST or HOST:PORT, with commas between them',
)

const hostNames = list(
  ',',
  (found) => found.length <= 253 && /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(found),
  'names in lower case with commas between them',
)

const cliFlags = list(
  ',',
  (found) => found === '*' || (found.length <= 256 && /^-{1,2}[A-Za-z][^\s\p{Cc}]*$/u.test(found)),
  'flags such as --dir, -S or -Shttp with commas between them, or *',
)

/**
 * Every setting, under its key in the file; its variable and its flag follow from the key. Names of variables and
 * defaults: the design document, the current release, and what this proplet adds.
 */
export const settings = {
  config_file: withDefault(path, 'config.toml', 'TOML file to read', { flag: 'config', outsideFile: true }),
  config_section: withDefault(text(256), 'proplet', 'its section', { flag: 'section', outsideFile: true }),

  domain_id: required(topicLevel, 'SuperMQ domain', { alias: 'tenant_id' }),
  channel_id: required(topicLevel, 'SuperMQ channel'),
  client_id: required(topicLevel, 'SuperMQ client: MQTT client id and user name', { alias: 'entity_id' }),
  client_key: required(secretText, 'its key: the MQTT password', { alias: 'api_key', secret: true }),

  mqtt_address: withDefault(
    address,
    'tcp://localhost:1883',
    'broker: tcp, mqtt, ssl, tls, mqtts, ws or wss; without a scheme TLS is used when a TLS file is set',
  ),
  mqtt_timeout: withDefault(duration({}), '30s', 'limit for connecting and for each MQTT operation'),
  mqtt_qos: withDefault(qos, '2', 'quality of service: 0, 1 or 2'),
  mqtt_keep_alive: withDefault(
    duration({ zero: 'off', max: 65_535_000 }),
    '30s',
    'MQTT keep-alive, in whole seconds; 0 turns it off',
  ),
  mqtt_max_packet_size: withDefault(size(1024, 268_435_455), '10485760', 'largest MQTT packet, in bytes'),
  mqtt_inflight: withDefault(integer(1, 65_535), '10', 'publishes that are not yet acknowledged'),
  mqtt_tls_ca_cert: optional(path, 'PEM file of the authorities to trust'),
  mqtt_tls_client_cert: optional(path, 'PEM file of our certificate (mTLS)'),
  mqtt_tls_client_key: optional(path, 'PEM file of its key (mTLS)'),
  mqtt_tls_insecure_skip_verify: withDefault(boolean, 'false', "do not check the broker's certificate"),

  log_level: withDefault(
    oneOf(['trace', 'debug', 'info', 'warn', 'error']),
    'info',
    'trace, debug, info, warn or error',
  ),
  liveliness_interval: withDefault(duration({}), '10s', 'time between heartbeats'),
  metrics_interval: withDefault(
    duration({ zero: 'off' }),
    '10s',
    "time between the proplet's metrics; 0 turns them off",
  ),
  enable_monitoring: withDefault(boolean, 'true', "the proplet's metrics, and monitoring of tasks"),
  result_hold_ms: withDefault(
    duration({ zero: 'off', bare: 'ms' }),
    '150',
    'results are published no sooner than this many milliseconds after the start of their task; 0 turns it off',
  ),
  shutdown_timeout: withDefault(
    duration({ zero: 'no waiting' }),
    '30s',
    'how long running tasks may take to finish when the proplet is stopped',
  ),

  max_tasks: computed(
    integer(1, 1024),
    'cores, at least 2',
    ({ cores }) => String(Math.min(1024, Math.max(2, cores))),
    'tasks that run at the same time',
  ),
  queue_max: withDefault(integer(0, 1_000_000), '1000', 'tasks that wait or fetch, beyond those running'),
  max_daemons: withDefault(integer(0, 100_000), '64', 'daemon tasks at the same time'),
  max_latent: withDefault(integer(0, 100_000), '64', 'latent tasks at the same time'),
  task_timeout: withDefault(duration({ zero: 'none' }), '0', 'time limit of a task; 0 is none'),
  task_memory_max: withDefault(size(65_536, 4 * GIB), '256MiB', 'memory limit of a task, in bytes'),
  task_output_max: withDefault(size(1, GIB), '512KiB', "limit of a task's output, in bytes"),
  isolation: withDefault(
    oneOf(['process', 'thread', 'sandbox']),
    'process',
    'where tasks run: process, thread, or sandbox (processes under bubblewrap)',
  ),
  warm: withDefault(integer(0, 256), '2', 'idle children that are kept ready'),
  dirs: withDefault(directories, '', 'host directories that WASI programs may use, with colons between them'),
  dirs_readonly: withDefault(directories, '', 'the same, of those that they may read but not change'),

  http_enabled: withDefault(boolean, 'false', 'serve WASI HTTP components'),
  http_proxy_host: withDefault(
    ipAddress,
    '127.0.0.1',
    'IP address that they are served at; 0.0.0.0 or :: is all',
  ),
  http_proxy_port: withDefault(
    integer(1, 65_535),
    '8222',
    'first port tried for them; the next 99 come after it',
  ),
  http_timeout: withDefault(
    duration({ zero: 'none' }),
    '30s',
    'time limit of one HTTP request, from its head to the end of the response; 0 is none',
  ),
  http_max_requests: withDefault(
    integer(1, 100_000),
    '1000',
    'HTTP requests of one task at the same time, answered or waiting',
  ),
  http_max_children: computed(
    integer(1, 1024),
    'twice the cores, at least 4',
    ({ cores }) => String(Math.min(1024, Math.max(4, cores * 2))),
    'children that serve one task at the same time',
  ),
  http_body_max: withDefault(size(1), '64MiB', 'limit of the body of a request, and of a response, in bytes'),
  http_grace: withDefault(
    duration({ zero: 'no waiting' }),
    '5s',
    'how long HTTP requests may go on when their task is stopped',
  ),

  network: withDefault(
    networkRules,
    '',
    'hosts that components may reach, with commas: names, *.example.org, addresses, with :port or without; * is all',
  ),
  http_tls_ca_cert: optional(
    path,
    'PEM file of authorities to trust for HTTPS: components, downloads, federated learning and traces',
  ),
  http_tls_insecure_skip_verify: withDefault(boolean, 'false', 'do not check these certificates'),

  model_registry_url: optional(
    url,
    'where tasks of federated learning that name no registry get their model',
    {
      plain: ['MODEL_REGISTRY_URL'],
    },
  ),
  data_store_url: optional(url, 'where those that name no data store get their dataset', {
    plain: ['DATA_STORE_URL'],
  }),
  manager_coordinator_url: optional(url, 'where those that name no coordinator send their update', {
    alias: 'coordinator_url',
    plain: ['MANAGER_COORDINATOR_URL', 'COORDINATOR_URL'],
  }),
  fl_timeout: withDefault(
    duration({}),
    '30s',
    'limit for fetching a model or a dataset, and for sending an update',
  ),
  fl_max_bytes: withDefault(size(1, 32 * MIB), '16MiB', 'largest model, and largest dataset, in bytes'),

  cache_dir: computed(
    directoryOrNone,
    '$XDG_CACHE_HOME/proplet or ~/.cache/proplet',
    under('XDG_CACHE_HOME', ['.cache'], ['proplet']),
    'where binaries that were fetched are kept; none turns it off',
  ),
  cache_max_bytes: withDefault(size(1), '512MiB', 'size limit of that directory'),
  state_dir: computed(
    directoryOrNone,
    '$XDG_STATE_HOME/proplet or ~/.local/state/proplet',
    under('XDG_STATE_HOME', ['.local', 'state'], ['proplet']),
    'where the journal of commands and results is kept; none turns it off',
  ),
  state_max_bytes: withDefault(size(1024 * 1024), '64MiB', 'size limit of the journal'),
  fetch_max_bytes: withDefault(size(1, 2 * GIB), '100MiB', 'largest binary that is fetched'),
  fetch_ttl: withDefault(duration({}), '5m', 'an incomplete fetch without progress fails after this time'),
  fetch_stall: withDefault(duration({}), '10s', 'without progress for this time, it is asked for again'),
  fetch_timeout: withDefault(duration({}), '30m', 'limit of a whole fetch'),
  fetch_private: withDefault(
    privateRules,
    '',
    'private hosts that binaries may come from: names, addresses, networks, with commas; true: all but link-local',
  ),
  registry: withDefault(
    oneOf(['proxy', 'direct']),
    'proxy',
    'who pulls images: the Proxy over MQTT, or the proplet itself (direct)',
  ),
  registry_insecure: withDefault(
    registries,
    '',
    'registries spoken to without TLS, as HOST or HOST:PORT with commas; those of this machine are anyway',
  ),
  registry_auth_file: computed(
    path,
    '$DOCKER_CONFIG/config.json or ~/.docker/config.json',
    dockerConfig,
    "docker's file of credentials for registries",
  ),
  pull_concurrent_limit: withDefault(
    integer(1, 256),
    '4',
    'binaries downloaded at the same time, from URLs and, when direct, registries',
  ),

  description: optional(text(1024), 'described so in the discovery message'),
  tags: withDefault(tags, '', 'tags of the discovery message, with commas between them'),
  location: optional(text(1024), 'location in the discovery message'),
  collect_system_info: withDefault(boolean, 'true', 'tell host name and IP address in the discovery message'),
  heartbeat_metadata: withDefault(boolean, 'false', 'repeat the metadata of the discovery in each heartbeat'),
  manager_k8s_namespace: withDefault(text(253), 'default', 'namespace in the messages to the Manager'),

  kbs_uri: optional(url, 'Key Broker Service; must be set where a TEE is detected', { inert: true }),
  aa_config_path: optional(path, 'configuration of the Attestation Agent', { inert: true }),
  external_wasm_runtime: optional(
    path,
    'path, or name in PATH, of an external runtime that is called as wasmtime is',
  ),
  allow_cli_args: withDefault(
    cliFlags,
    '',
    'flags of the external runtime that tasks may pass, with commas between them; `*`: all',
  ),
  hal_enabled: withDefault(boolean, 'true', 'hardware abstraction layer', { inert: true }),
  layer_store_path: computed(
    path,
    '$XDG_STATE_HOME/proplet/layers or ~/.local/state/proplet/layers',
    under('XDG_STATE_HOME', ['.local', 'state'], ['proplet', 'layers']),
    'where OCI layers are kept',
    { inert: true },
  ),
  plugin_dir: optional(path, 'plugins', { inert: true }),
  metrics_enabled: withDefault(boolean, 'false', 'serve metrics and health over HTTP'),
  metrics_host: withDefault(ipAddress, '127.0.0.1', 'IP address for them; 0.0.0.0 or :: is all'),
  metrics_port: withDefault(integer(1, 65_535), '9092', 'port for them'),
  ui_enabled: optional(
    boolean,
    'serve the page for people there too; by default where metrics_host is of this machine only',
  ),
  ui_hosts: withDefault(hostNames, '', 'names that the page may be asked by, with commas between them'),
  ui_actions: withDefault(boolean, 'false', 'let tasks be stopped from the page, with the token'),
  ui_token: optional(token, 'token for it, of at least 16 characters', { secret: true }),
  otel_url: optional(url, 'OpenTelemetry collector (OTLP over HTTP); without a path, /v1/traces'),
  trace_ratio: withDefault(ratio, '1', 'share of tasks that are traced, from 0 to 1'),
} as const

export type SettingKey = keyof typeof settings

type ValueOf<S> = S extends Setting<infer T> ? T : never

/** The values of all settings, each of the type that its reader gives. */
export type Values = { readonly [K in SettingKey]: ValueOf<(typeof settings)[K]> }

const isKey = (key: string): key is SettingKey => Object.hasOwn(settings, key)

/** The table as a list. */
export const settingEntries: readonly (readonly [key: SettingKey, setting: Setting<unknown>])[] = Object.keys(
  settings,
)
  .filter(isKey)
  .map((key) => [key, settings[key]])
