import { isAbsolute, join } from 'node:path'
import { address } from './address.js'
import { duration } from './duration.js'
import { networkRules } from './network.js'
import { privateRules } from './private-rules.js'
import { TEE_MODES } from '../../model/tee.js'
import { agentChoice, grpcAddress } from './agent-choice.js'
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
  secretKey,
  secretText,
  text,
  token,
  topicLevel,
  url,
} from './readers.js'
import type { HostFacts, Setting } from './setting.js'
import { computed, optional, required, withDefault } from './setting.js'
import { size } from './size.js'

/** One second less than the value that means "never expires" (MQTT 5, section 3.1.2.11.2). */
const MAX_SESSION_EXPIRY_MS = 4_294_967_294_000
const MIB = 2 ** 20
const GIB = 2 ** 30

const absolute = (found: string | undefined): found is string => found !== undefined && isAbsolute(found)

/**
 * Our directory under the XDG base directory `variable`, else under the home directory, else under the temporary one.
 */
const under =
  (variable: string, homePath: readonly string[], name: readonly string[]) =>
  ({ env, tempDirectory }: HostFacts): string => {
    const base = env[variable]
    const home = env['HOME']
    if (absolute(base)) return join(base, ...name)
    return absolute(home) ? join(home, ...homePath, ...name) : join(tempDirectory, ...name)
  }

/** The file that docker reads by default. */
const dockerConfig = ({ env, tempDirectory }: HostFacts): string => {
  const [own, home] = [env['DOCKER_CONFIG'], env['HOME']]
  if (absolute(own)) return join(own, 'config.json')
  return join(absolute(home) ? home : tempDirectory, '.docker', 'config.json')
}

const directories = list(
  ':',
  (found) => isAbsolute(found) && !found.includes('\0'),
  'absolute paths of directories, separated by colons',
)
const tags = list(
  ',',
  (found) => found.length <= 256 && !/\p{Cc}/u.test(found),
  'tags separated by commas',
)

const registries = list(
  ',',
  (found) => /^(?:[a-z0-9][a-z0-9.-]*|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(found),
  'registries as HOST or HOST:PORT, separated by commas',
)

const hostNames = list(
  ',',
  (found) => found.length <= 253 && /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(found),
  'names in lower case, separated by commas',
)

const cliFlags = list(
  ',',
  (found) => found === '*' || (found.length <= 256 && /^-{1,2}[A-Za-z][^\s\p{Cc}]*$/u.test(found)),
  'flags such as --dir, -S or -Shttp, separated by commas, or *',
)

/**
 * Every setting, by its key in the file, from which its variable and its flag follow. Names and defaults are those of
 * the design document and of the current release; some settings exist here only.
 */
export const settings = {
  config_file: withDefault(path, 'config.toml', 'TOML file to read', { flag: 'config', outsideFile: true }),
  config_section: withDefault(text(256), 'proplet', 'section of that file to read', {
    flag: 'section',
    outsideFile: true,
  }),

  domain_id: required(topicLevel, 'SuperMQ domain ID', { alias: 'tenant_id' }),
  channel_id: required(topicLevel, 'SuperMQ channel ID'),
  client_id: required(topicLevel, 'SuperMQ client ID; also the MQTT client ID and user name', {
    alias: 'entity_id',
  }),
  client_key: required(secretText, 'SuperMQ client key; also the MQTT password', {
    alias: 'api_key',
    secret: true,
  }),

  mqtt_address: withDefault(
    address,
    'tcp://localhost:1883',
    'broker URL: tcp, mqtt, ssl, tls, mqtts, ws or wss; without a scheme, TLS is used if any TLS file is set',
  ),
  mqtt_timeout: withDefault(duration({}), '30s', 'timeout for connecting and for each MQTT operation'),
  mqtt_version: withDefault(oneOf(['3.1.1', '5']), '3.1.1', 'MQTT version to speak: 3.1.1 or 5'),
  mqtt_session_expiry: withDefault(
    duration({ zero: 'never', max: MAX_SESSION_EXPIRY_MS }),
    '0',
    'how long the broker is asked to keep the session while the proplet is away, in whole seconds; 0 means forever; MQTT 5 only',
  ),
  mqtt_receive_maximum: withDefault(
    integer(1, 65_535),
    '256',
    'maximum number of messages that the broker may send ahead of their acknowledgement; MQTT 5 only',
  ),
  mqtt_qos: withDefault(qos, '2', 'MQTT quality of service: 0, 1 or 2'),
  mqtt_keep_alive: withDefault(
    duration({ zero: 'off', max: 65_535_000 }),
    '30s',
    'MQTT keep-alive interval, in whole seconds; 0 disables it',
  ),
  mqtt_max_packet_size: withDefault(
    size(1024, 268_435_455),
    '10485760',
    'maximum MQTT packet size, in bytes',
  ),
  mqtt_inflight: withDefault(integer(1, 65_535), '10', 'maximum number of unacknowledged publishes'),
  retained_commands: withDefault(
    boolean,
    'false',
    'accept retained commands and chunks, which the broker sends again at each connection',
  ),
  mqtt_tls_ca_cert: optional(path, 'PEM file with the CA certificates to trust for the broker'),
  mqtt_tls_client_cert: optional(path, 'PEM file with the client certificate (mTLS)'),
  mqtt_tls_client_key: optional(path, 'PEM file with the key of the client certificate (mTLS)'),
  mqtt_tls_insecure_skip_verify: withDefault(
    boolean,
    'false',
    "skip verification of the broker's certificate",
  ),

  log_level: withDefault(
    oneOf(['trace', 'debug', 'info', 'warn', 'error']),
    'info',
    'log level: trace, debug, info, warn or error',
  ),
  liveliness_interval: withDefault(duration({}), '10s', 'interval between heartbeats'),
  metrics_interval: withDefault(
    duration({ zero: 'off' }),
    '10s',
    'interval between metrics of the proplet; 0 disables them',
  ),
  enable_monitoring: withDefault(boolean, 'true', 'publish metrics of the proplet and of its tasks'),
  result_hold_ms: withDefault(
    duration({ zero: 'off', bare: 'ms' }),
    '150',
    'minimum time from the start of a task to the publication of its result, in milliseconds; 0 disables the delay',
  ),
  shutdown_timeout: withDefault(
    duration({ zero: 'no waiting' }),
    '30s',
    'how long a shutdown waits for running tasks to finish',
  ),

  max_tasks: computed(
    integer(1, 1024),
    'cores, at least 2',
    ({ cores }) => String(Math.min(1024, Math.max(2, cores))),
    'maximum number of tasks that run at once',
  ),
  queue_max: withDefault(
    integer(0, 1_000_000),
    '1000',
    'maximum number of tasks that are queued or being fetched, in addition to those running',
  ),
  max_daemons: withDefault(integer(0, 100_000), '64', 'maximum number of daemon tasks'),
  max_latent: withDefault(integer(0, 100_000), '64', 'maximum number of latent tasks'),
  task_timeout: withDefault(duration({ zero: 'none' }), '0', 'time limit of a task; 0 means no limit'),
  task_memory_max: withDefault(size(65_536, 4 * GIB), '256MiB', 'memory limit of a task, in bytes'),
  task_output_max: withDefault(size(1, GIB), '512KiB', 'output limit of a task, in bytes'),
  isolation: withDefault(
    oneOf(['process', 'thread', 'sandbox']),
    'process',
    'where guests run: process, thread, or sandbox (a process under bubblewrap)',
  ),
  component_engine: withDefault(
    oneOf(['linker', 'jco']),
    'linker',
    'engine for components: linker, or jco (needs the optional package @bytecodealliance/jco-transpile)',
  ),
  warm: withDefault(
    integer(0, 256),
    '2',
    'number of idle child processes kept ready; only one before the first task and after 30 s without a task',
  ),
  dirs: withDefault(directories, '', 'host directories that guests may read and write, separated by colons'),
  dirs_readonly: withDefault(
    directories,
    '',
    'host directories that guests may only read, separated by colons',
  ),

  http_enabled: withDefault(boolean, 'false', 'serve components that export wasi:http/incoming-handler'),
  http_proxy_host: withDefault(
    ipAddress,
    '127.0.0.1',
    'IP address to serve them on; 0.0.0.0 or :: means all interfaces',
  ),
  http_proxy_port: withDefault(
    integer(1, 65_535),
    '8222',
    'first port to try for them; the following 99 are tried in turn',
  ),
  http_timeout: withDefault(
    duration({ zero: 'none' }),
    '30s',
    'time limit of an HTTP request, from its head to the end of the response; 0 means no limit',
  ),
  http_max_requests: withDefault(
    integer(1, 100_000),
    '1000',
    'maximum number of concurrent HTTP requests per task, running or queued',
  ),
  http_max_children: computed(
    integer(1, 1024),
    'twice the cores, at least 4',
    ({ cores }) => String(Math.min(1024, Math.max(4, cores * 2))),
    'maximum number of child processes that serve one task',
  ),
  http_body_max: withDefault(
    size(1),
    '64MiB',
    'maximum size of a request body and of a response body, in bytes',
  ),
  http_grace: withDefault(
    duration({ zero: 'no waiting' }),
    '5s',
    'how long requests in progress may continue after their task is stopped',
  ),

  network: withDefault(
    networkRules,
    '',
    'hosts that components may reach, separated by commas: names, *.example.org or IP addresses, each with an optional :port; * means any host',
  ),
  http_tls_ca_cert: optional(
    path,
    'PEM file with the CA certificates to trust for HTTPS requests of components, downloads, federated learning and traces',
  ),
  http_tls_insecure_skip_verify: withDefault(boolean, 'false', 'skip verification of those certificates'),

  model_registry_url: optional(url, 'model registry for federated learning tasks that do not name one', {
    plain: ['MODEL_REGISTRY_URL'],
  }),
  data_store_url: optional(url, 'data store for federated learning tasks that do not name one', {
    plain: ['DATA_STORE_URL'],
  }),
  manager_coordinator_url: optional(url, 'coordinator for federated learning tasks that do not name one', {
    alias: 'coordinator_url',
    plain: ['MANAGER_COORDINATOR_URL', 'COORDINATOR_URL'],
  }),
  fl_timeout: withDefault(
    duration({}),
    '30s',
    'timeout for fetching a model or dataset, and for sending an update',
  ),
  fl_max_bytes: withDefault(size(1, 32 * MIB), '16MiB', 'maximum size of a model and of a dataset, in bytes'),

  cache_dir: computed(
    directoryOrNone,
    '$XDG_CACHE_HOME/proplet or ~/.cache/proplet',
    under('XDG_CACHE_HOME', ['.cache'], ['proplet']),
    'directory for the cache of fetched binaries; none disables it',
  ),
  cache_max_bytes: withDefault(size(1), '512MiB', 'maximum size of the cache, in bytes'),
  state_dir: computed(
    directoryOrNone,
    '$XDG_STATE_HOME/proplet or ~/.local/state/proplet',
    under('XDG_STATE_HOME', ['.local', 'state'], ['proplet']),
    'directory for the journal of commands and results; none disables it',
  ),
  state_max_bytes: withDefault(size(1024 * 1024), '64MiB', 'maximum size of the journal, in bytes'),
  fetch_max_bytes: withDefault(size(1, 2 * GIB), '100MiB', 'maximum size of a fetched binary, in bytes'),
  fetch_ttl: withDefault(duration({}), '5m', 'time without progress after which an incomplete fetch fails'),
  fetch_stall: withDefault(
    duration({}),
    '60s',
    'time after which the fetch of an image fails if nothing has arrived',
  ),
  fetch_retry: withDefault(
    duration({}),
    '10s',
    'time without progress after which a fetch is requested again',
  ),
  fetch_timeout: withDefault(duration({}), '30m', 'time limit of a whole fetch'),
  fetch_private: withDefault(
    privateRules,
    '',
    'private hosts that binaries may be fetched from, separated by commas: names, IP addresses or networks; true allows all but link-local addresses',
  ),
  registry: withDefault(
    oneOf(['proxy', 'direct']),
    'proxy',
    'who pulls images: proxy (the Proxy, over MQTT) or direct (the proplet itself)',
  ),
  registry_insecure: withDefault(
    registries,
    '',
    'registries to access without TLS, as HOST or HOST:PORT, separated by commas; registries on this machine never need TLS',
  ),
  registry_auth_file: computed(
    path,
    '$DOCKER_CONFIG/config.json or ~/.docker/config.json',
    dockerConfig,
    'Docker configuration file with registry credentials',
  ),
  pull_concurrent_limit: withDefault(
    integer(1, 256),
    '4',
    'maximum number of concurrent downloads from URLs and, with PROPLET_REGISTRY=direct, registries',
  ),

  description: optional(text(1024), 'description of the proplet in the discovery message'),
  tags: withDefault(tags, '', 'tags in the discovery message, separated by commas'),
  location: optional(text(1024), 'location in the discovery message'),
  collect_system_info: withDefault(
    boolean,
    'true',
    'include the host name and IP address in the discovery message',
  ),
  heartbeat_metadata: withDefault(boolean, 'false', 'repeat the discovery metadata in every heartbeat'),
  manager_k8s_namespace: withDefault(text(253), 'default', 'namespace in messages to the Manager'),

  kbs_uri: optional(url, 'URI of the Key Broker Service; required where a TEE is detected'),
  kbs_timeout: withDefault(duration({}), '2m', 'time limit for getting one key, including attestation and retries'),
  aa_config_path: optional(
    path,
    'configuration file of the Attestation Agent, of which url (unless kbs_uri is set), cert and tee_key_algorithm are used',
  ),
  tee: withDefault(
    oneOf(TEE_MODES),
    'auto',
    'TEE of this machine: auto (detected), none, tdx, snp, sgx, or sample (test evidence that proves nothing)',
  ),
  tee_agent: withDefault(
    agentChoice,
    'auto',
    'Attestation Agent: auto (used if the kernel gives no evidence), none, http://HOST:PORT, grpc://HOST:PORT or unix:///PATH',
  ),
  tee_sysroot: withDefault(path, '/', 'directory below which /sys, /dev, /proc and /run are read; for tests'),
  tee_eventlog: withDefault(boolean, 'true', 'send the event log of the measured boot with evidence'),
  aael_path: withDefault(
    path,
    '/run/attestation-agent/eventlog',
    'path of the Attestation Agent event log below tee_sysroot; it is sent after that of the boot',
    { plain: ['AAEL_PATH'] },
  ),
  key_provider: optional(
    grpcAddress,
    'key provider (gRPC, as HOST:PORT) that unwraps image keys instead of the Key Broker Service',
  ),
  ocicrypt_keyprovider_config: optional(
    path,
    'ocicrypt configuration of key providers, read unless key_provider is set',
    { plain: ['OCICRYPT_KEYPROVIDER_CONFIG'] },
  ),
  encrypted_external: withDefault(
    boolean,
    'false',
    'let the external runtime run encrypted tasks; their plain text is then in files in /dev/shm',
  ),
  external_wasm_runtime: optional(
    path,
    'path or name (looked up in PATH) of an external runtime with the command line of wasmtime',
  ),
  allow_cli_args: withDefault(
    cliFlags,
    '',
    'flags that tasks may pass to the external runtime, separated by commas; `*` allows all',
  ),
  hal_enabled: withDefault(boolean, 'true', 'enable the hardware abstraction layer for guests'),
  hal_storage_dir: optional(
    path,
    'directory for objects that guests store; by default hal in state_dir, and none without state_dir',
  ),
  hal_storage_max: withDefault(size(8192), '64MiB', 'maximum size of these objects per task, in bytes'),
  hal_storage_key: optional(
    secretKey,
    'key that these objects are encrypted with: 32 bytes in hexadecimal, or the kbs:/// URI of one',
    { secret: true },
  ),
  hal_legacy_decrypt: withDefault(
    boolean,
    'false',
    'let guests decrypt data that the Rust proplet encrypted (with a nonce of zeros)',
  ),
  layer_store_path: computed(
    path,
    '$XDG_STATE_HOME/proplet/layers or ~/.local/state/proplet/layers',
    under('XDG_STATE_HOME', ['.local', 'state'], ['proplet', 'layers']),
    'directory for the layers of encrypted images, which stay encrypted there',
  ),
  plugin_dir: optional(path, 'directory of plugins', { inert: true }),
  metrics_enabled: withDefault(
    boolean,
    'false',
    'serve metrics, health checks and the status page over HTTP',
  ),
  metrics_host: withDefault(
    ipAddress,
    '127.0.0.1',
    'IP address to serve them on; 0.0.0.0 or :: means all interfaces',
  ),
  metrics_port: withDefault(integer(1, 65_535), '9092', 'port to serve them on'),
  ui_enabled: optional(
    boolean,
    'serve the status page there too; by default only if metrics_host is a loopback address',
  ),
  ui_hosts: withDefault(
    hostNames,
    '',
    'host names under which the status page may be requested, separated by commas',
  ),
  ui_actions: withDefault(boolean, 'false', 'allow tasks to be stopped from the status page, with the token'),
  ui_token: optional(token, 'token for actions on the status page, at least 16 characters', { secret: true }),
  otel_url: optional(
    url,
    'URL of the OpenTelemetry collector (OTLP over HTTP); the path defaults to /v1/traces',
  ),
  trace_ratio: withDefault(ratio, '1', 'fraction of tasks to trace, from 0 to 1'),
} as const

export type SettingKey = keyof typeof settings

type ValueOf<S> = S extends Setting<infer T> ? T : never

/** The values of all settings, with the types of their readers. */
export type Values = { readonly [K in SettingKey]: ValueOf<(typeof settings)[K]> }

const isKey = (key: string): key is SettingKey => Object.hasOwn(settings, key)

/** The settings as a list. */
export const settingEntries: readonly (readonly [key: SettingKey, setting: Setting<unknown>])[] = Object.keys(
  settings,
)
  .filter(isKey)
  .map((key) => [key, settings[key]])
