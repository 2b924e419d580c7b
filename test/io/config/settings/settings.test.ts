import { describe, expect, it } from 'vitest'
import { settingEntries, type SettingKey } from '../../../../src/io/config/settings/settings.js'
import { flagOf, namesOf, variableOf } from '../../../../src/io/config/settings/setting.js'
import { IDENTITY, loaded, problemsOf, tree } from '../helpers.js'

/** For each setting, three values that differ from the default, and an invalid one. */
const SAMPLES: Readonly<
  Record<Exclude<SettingKey, 'config_file' | 'config_section'>, readonly [string, string, string, string]>
> = {
  domain_id: ['d1', 'd2', 'd3', 'a/b'],
  channel_id: ['c1', 'c2', 'c3', 'a+b'],
  client_id: ['p1', 'p2', 'p3', 'a#b'],
  client_key: ['k1', 'k2', 'k3', ' k'],
  mqtt_address: ['tcp://a', 'tcp://b', 'tcp://c', 'ftp://a'],
  mqtt_timeout: ['1s', '2s', '3s', '-1'],
  mqtt_version: ['5', '5', '5', '4'],
  mqtt_session_expiry: ['1h', '2h', '3h', '-1'],
  mqtt_receive_maximum: ['1', '2', '3', '0'],
  mqtt_qos: ['0', '1', '1', '3'],
  mqtt_keep_alive: ['1s', '2s', '3s', '20h'],
  mqtt_max_packet_size: ['2048', '4096', '8KiB', '10'],
  mqtt_inflight: ['1', '2', '3', '0'],
  retained_commands: ['true', 'yes', 'on', 'some'],
  mqtt_tls_ca_cert: ['ca1', 'ca2', 'ca3', 'a\tb'],
  mqtt_tls_client_cert: ['cc1', 'cc2', 'cc3', 'a\tb'],
  mqtt_tls_client_key: ['ck1', 'ck2', 'ck3', 'a\tb'],
  mqtt_tls_insecure_skip_verify: ['true', 'yes', '1', 'maybe'],
  log_level: ['debug', 'warn', 'error', 'loud'],
  liveliness_interval: ['1s', '2s', '3s', '0'],
  metrics_interval: ['1s', '2s', '0', 'often'],
  enable_monitoring: ['false', 'no', '0', 'perhaps'],
  result_hold_ms: ['1', '2', '0', '-5'],
  shutdown_timeout: ['1s', '2s', '0', '1e9'],
  max_tasks: ['1', '2', '3', '0'],
  queue_max: ['1', '2', '0', '1.5'],
  max_daemons: ['1', '2', '0', 'many'],
  max_latent: ['1', '2', '0', 'many'],
  task_timeout: ['1s', '2s', '3s', '1y'],
  task_memory_max: ['64MB', '1MiB', '2MiB', '1'],
  task_output_max: ['1', '2', '3', '0'],
  isolation: ['thread', 'THREAD', 'thread', 'fibre'],
  component_engine: ['jco', 'Linker', 'linker', 'wasmtime'],
  warm: ['1', '0', '3', '-1'],
  dirs: ['/', '/', '/', 'relative'],
  dirs_readonly: ['/', '/', '/', 'relative'],
  cache_dir: ['/c1', '/c2', 'none', 'a\tb'],
  cache_max_bytes: ['1', '2', '3', '0'],
  state_dir: ['/s1', '/s2', 'none', 'a\tb'],
  state_max_bytes: ['2MiB', '3MiB', '4MiB', '1000'],
  fetch_max_bytes: ['1', '2', '3', '1TB'],
  fetch_ttl: ['1m', '2m', '3m', '0'],
  fetch_retry: ['1s', '2s', '3s', '0'],
  fetch_stall: ['1s', '2s', '3s', '0'],
  fetch_timeout: ['1m', '2m', '3m', '600h'],
  fetch_private: ['true', '10.0.0.0/8,nas.lan', '*.lan', '10.0.0.0/33'],
  registry: ['direct', 'DIRECT', 'direct', 'both'],
  registry_insecure: ['a', 'a:5000,b', '[::1]:5000', 'http://a'],
  registry_auth_file: ['/a', '/b', '/c', 'a\tb'],
  description: ['x', 'y', 'z', 'a\tb'],
  tags: ['a', 'a,b', 'c', 'a\u0001'],
  location: ['x', 'y', 'z', 'a\tb'],
  collect_system_info: ['false', 'no', 'off', 'nope'],
  heartbeat_metadata: ['true', 'yes', 'on', 'sure'],
  manager_k8s_namespace: ['n1', 'n2', 'n3', 'a\tb'],
  kbs_uri: ['http://a', 'http://b', 'https://c', 'kbs'],
  kbs_timeout: ['1s', '2s', '3s', 'soon'],
  tee: ['none', 'tdx', 'sample', 'sev'],
  tee_agent: ['none', 'http://127.0.0.1:8006', 'unix:///run/aa.sock', '127.0.0.1:8006'],
  tee_sysroot: ['/a', '/b', '/c', '\0'],
  aael_path: ['/a', '/b', '/c', '\0'],
  tee_eventlog: ['true', 'false', 'true', 'some'],
  key_provider: ['a:1', 'grpc://b:2', '127.0.0.1:50011', 'unix:///x'],
  ocicrypt_keyprovider_config: ['/a', '/b', '/c', '\0'],
  encrypted_external: ['true', 'false', 'true', 'some'],
  aa_config_path: ['/a', '/b', '/c', 'a\tb'],
  external_wasm_runtime: ['/a', '/b', '/c', 'a\tb'],
  allow_cli_args: ['*', '--dir', '-S', 'dir'],
  network: ['*', 'example.org,*.example.com:443', '127.0.0.1:80', 'http://a'],
  http_enabled: ['true', 'yes', '1', 'x'],
  http_proxy_host: ['0.0.0.0', '::', '127.0.0.2', 'example.org'],
  http_proxy_port: ['1', '2', '3', '70000'],
  http_timeout: ['1s', '2s', '0', '-1'],
  http_max_requests: ['1', '2', '3', '0'],
  http_max_children: ['1', '2', '3', '0'],
  http_body_max: ['1', '2', '3', '0'],
  http_grace: ['1s', '2s', '0', '-1'],
  http_tls_ca_cert: ['a', 'b', 'c', 'a\tb'],
  http_tls_insecure_skip_verify: ['true', 'yes', '1', 'x'],
  model_registry_url: ['http://a', 'http://b', 'https://c', 'a'],
  data_store_url: ['http://a', 'http://b', 'https://c', 'ftp://a'],
  manager_coordinator_url: ['http://a', 'http://b', 'https://c', 'http:'],
  fl_timeout: ['1s', '2s', '3s', '0'],
  fl_max_bytes: ['1', '2', '3', '65MiB'],
  hal_enabled: ['false', 'no', '0', 'x'],
  hal_storage_dir: ['/a', '/b', '/c', 'a\tb'],
  hal_storage_max: ['8KiB', '1MiB', '2MiB', '1'],
  hal_storage_key: ['0'.repeat(64), '1'.repeat(64), '2'.repeat(64), 'kbs:///a/b'],
  hal_legacy_decrypt: ['true', 'yes', '1', 'x'],
  layer_store_path: ['/a', '/b', '/c', 'a\tb'],
  pull_concurrent_limit: ['1', '2', '3', '0'],
  plugin_dir: ['/a', '/b', '/c', 'a\tb'],
  metrics_enabled: ['true', 'yes', '1', 'x'],
  metrics_host: ['0.0.0.0', '::', '127.0.0.2', 'example.org'],
  metrics_port: ['1', '2', '3', '0'],
  ui_enabled: ['true', 'no', '1', 'x'],
  ui_hosts: ['a', 'a.example.org,b', 'c', 'http://a'],
  ui_actions: ['true', 'yes', '1', 'x'],
  ui_token: ['0123456789abcdef', '0123456789abcdeg', '0123456789abcdeh', 'short'],
  otel_url: ['http://a', 'http://b:1/x', 'https://c', 'c:4318'],
  trace_ratio: ['0', '0.5', '.25', '2'],
}

const cases = settingEntries.flatMap(([key, setting]) =>
  key === 'config_file' || key === 'config_section' ? [] : [{ key, setting, samples: SAMPLES[key] }],
)

/** Other values without which the TLS settings and those of an external runtime are refused. */
const host = {
  files: {
    read: () => '',
    isReadable: () => true,
    isExecutable: () => true,
    isDirectory: () => true,
    realPath: (path: string) => path,
  },
}
const companions = (key: string): Record<string, string> => ({
  ...(key === 'tee' || key === 'tee_agent' ? { PROPLET_KBS_URI: 'https://kbs' } : {}),
  ...(key.startsWith('mqtt_tls') ? { PROPLET_MQTT_ADDRESS: 'ssl://broker' } : {}),
  ...(key === 'ui_actions' ? { PROPLET_UI_TOKEN: '0123456789abcdef' } : {}),
  ...(key === 'mqtt_tls_client_cert' ? { PROPLET_MQTT_TLS_CLIENT_KEY: 'k' } : {}),
  ...(key === 'mqtt_tls_client_key' ? { PROPLET_MQTT_TLS_CLIENT_CERT: 'c' } : {}),
})

describe.each(cases)('$key', ({ key, setting, samples: [inFile, inEnv, inFlag, bad] }) => {
  const variable = variableOf(key)
  const flag = flagOf(key, setting)
  const identity = Object.fromEntries(Object.entries(IDENTITY).filter(([name]) => name !== variable))
  const env = { ...identity, ...companions(key), PROPLET_CONFIG_FILE: 'f.toml' }
  const section = (value: string) => `[proplet]\n${key} = ${JSON.stringify(value)}\n`
  const other = key === 'ocicrypt_keyprovider_config' ? '{"key-providers":{}}' : ''
  const read = (text: string) => (path: string) => (path === 'f.toml' ? text : other)
  const files = (text: string) => ({ files: { ...host.files, read: read(text) } })
  const sourceOf = (input: Parameters<typeof loaded>[0], text: string) => {
    const found = loaded(input, files(text)).settings.find((one) => one.key === key)
    return `${found?.source ?? ''} = ${found?.value ?? ''}`
  }
  const masked = (value: string) => (setting.secret ? '********' : value)

  it('is taken from the file, then the environment, then the flag', () => {
    const text = section(inFile)
    const bySource = [
      sourceOf({ env }, text),
      sourceOf({ env: { ...env, [variable]: inEnv } }, text),
      sourceOf({ env: { ...env, [variable]: inEnv }, flags: { [flag]: inFlag } }, text),
    ]
    const expected = [
      `file ${key} in f.toml [proplet] = ${masked(inFile)}`,
      `env ${variable} = ${masked(inEnv)}`,
      `flag --${flag} = ${masked(inFlag)}`,
    ]
    expect(bySource).toStrictEqual(expected)
  })

  it('counts as unset if empty, in every source', () => {
    const result = problemsOf(
      { env: { ...env, ...IDENTITY, [variable]: '' }, flags: { [flag]: '' } },
      files(section(key in IDENTITY ? inFile : '')),
    )
    const required = setting.presence.kind === 'required'
    // One key of an mTLS pair alone causes a problem of its own.
    const left = key.startsWith('mqtt_tls_client') ? 1 : required ? 1 : 0
    expect(result).toHaveLength(left)
    if (required)
      expect(result[0]).toContain(`${variable} is required and not set; expected it in the environment`)
  })

  it('is an error that names the key, the value and the expectation if it cannot be read', () => {
    const byEnv = problemsOf({ env: { ...env, [variable]: bad } }, files('[proplet]'))
    const byFile = problemsOf({ env }, files(section(bad)))
    const byFlag = problemsOf({ env, flags: { [flag]: bad } }, files('[proplet]'))
    const found = setting.secret ? 'a value that is kept secret' : JSON.stringify(bad)
    for (const [problems, name] of [
      [byEnv, variable],
      [byFile, `${key} in f.toml [proplet]`],
      [byFlag, `--${flag}`],
    ] as const) {
      expect(problems[0]).toMatch(/; expected .+/)
      expect(problems[0]?.startsWith(`${name}: found ${found}; expected `)).toBe(true)
    }
  })
})

it('is known by both names to the environment and to the file', () => {
  const current = {
    PROPLET_TENANT_ID: 'd',
    PROPLET_CHANNEL_ID: 'c',
    PROPLET_ENTITY_ID: 'p',
    PROPLET_API_KEY: 'k',
  }
  const expected = { domainId: 'd', channelId: 'c', clientId: 'p', clientKey: 'k' }
  expect(loaded({ env: current }).config.identity).toStrictEqual(expected)
  const file = `${tree({ 'c.toml': '[proplet]\ntenant_id="d"\nchannel_id="c"\nentity_id="p"\napi_key="k"\n' })}/c.toml`
  const result = loaded({ env: { PROPLET_CONFIG_FILE: file } })
  expect(result.config.identity).toStrictEqual(expected)
  expect(result.warnings).toStrictEqual([])
})

describe('a setting that has variables without our prefix', () => {
  const urls = (env: Record<string, string>, text = '') => {
    const { config, settings, warnings } = loaded(
      { env: { ...IDENTITY, PROPLET_CONFIG_FILE: 'f.toml', ...env } },
      { files: { ...host.files, read: () => `[proplet]\n${text}` } },
    )
    expect(warnings).toStrictEqual([])
    const { source } = settings.find(({ key }) => key === 'manager_coordinator_url') ?? {}
    return [config.federated.urls.coordinator, source]
  }

  it('uses the first that is set, before the file and after those with the prefix', () => {
    const plain = { COORDINATOR_URL: 'http://older', MANAGER_COORDINATOR_URL: '' }
    const file = 'coordinator_url = "http://file"'
    expect(urls({}, file)).toStrictEqual(['http://file', 'file coordinator_url in f.toml [proplet]'])
    expect(urls(plain, file)).toStrictEqual(['http://older', 'env COORDINATOR_URL'])
    const both = { ...plain, MANAGER_COORDINATOR_URL: 'http://newer' }
    expect(urls(both, file)).toStrictEqual(['http://newer', 'env MANAGER_COORDINATOR_URL'])
    const prefixed = { ...both, PROPLET_COORDINATOR_URL: 'http://ours' }
    expect(urls(prefixed, file)).toStrictEqual(['http://ours', 'env PROPLET_COORDINATOR_URL'])
  })

  it('is an error that names the variable if it cannot be read, without credentials', () => {
    expect(
      problemsOf({ env: { ...IDENTITY, MODEL_REGISTRY_URL: 'ftp://user:secret@registry' } }),
    ).toStrictEqual([
      'MODEL_REGISTRY_URL: found "ftp://********@registry"; expected a URL that starts with http:// or https://',
    ])
  })
})

it('has no two settings with the same name', () => {
  const names = settingEntries.flatMap(([key, setting]) => [...namesOf(key, setting)])
  const flags = settingEntries.map(([key, setting]) => flagOf(key, setting))
  expect(new Set(names).size).toBe(names.length)
  expect(new Set(flags).size).toBe(flags.length)
})
