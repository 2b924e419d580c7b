import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nodeFiles } from '../../../src/io/config/files.js'
import { ConfigError, HOST, IDENTITY, load, loaded, problemsOf, tree } from './helpers.js'

const TOML = '[proplet]\ndomain_id = "d"\nchannel_id = "c"\nclient_id = "p"\nclient_key = "hunter2"\n'

/** Loads this text as the configuration file, which an environment variable names. */
const withFile = (text: string, env: Readonly<Record<string, string>> = {}) => {
  const file = join(tree({ 'config.toml': text }), 'config.toml')
  return { file, input: { env: { PROPLET_CONFIG_FILE: file, ...env } } }
}

it('has the defaults of the specification', () => {
  const { config, warnings } = loaded({ env: { ...IDENTITY, HOME: '/home/me' } })
  expect(warnings).toStrictEqual([])
  expect(config).toStrictEqual({
    hal: {
      storageDirectory: '/home/me/.local/state/proplet/hal',
      storageMaxBytes: 64 * 2 ** 20,
      storageKey: undefined,
      legacyDecrypt: false,
    },
    identity: { domainId: 'dom', channelId: 'chan', clientId: 'client', clientKey: 'hunter2' },
    mqtt: {
      address: { transport: 'tcp', host: 'localhost', port: 1883, path: '' },
      tls: undefined,
      timeoutMs: 30_000,
      mqtt5: undefined,
      qos: 2,
      keepAliveSeconds: 30,
      maxPacketSize: 10_485_760,
      inflight: 20,
    },
    retainedCommands: false,
    intervals: { livelinessMs: 10_000, metricsMs: 10_000, resultHoldMs: 150, shutdownMs: 30_000 },
    limits: {
      maxTasks: 4,
      queueMax: 1000,
      maxDaemons: 64,
      maxLatent: 64,
      taskMs: 0,
      taskMemoryBytes: 268_435_456,
      taskOutputBytes: 524_288,
    },
    runtime: {
      isolation: 'process',
      componentEngine: 'linker',
      warm: 2,
      dirs: [],
      dirsReadonly: [],
      external: undefined,
    },
    network: { rules: [], caFile: undefined, verify: true },
    http: undefined,
    cache: { directory: '/home/me/.cache/proplet', maxBytes: 536_870_912 },
    fetch: {
      maxBytes: 104_857_600,
      ttlMs: 300_000,
      stallMs: 60_000,
      retryMs: 10_000,
      timeoutMs: 1_800_000,
      privateRules: [],
      concurrent: 4,
    },
    registry: {
      by: 'proxy',
      insecure: [],
      authFile: '/home/me/.docker/config.json',
      helperEnv: { ...IDENTITY, HOME: '/home/me' },
    },
    state: { directory: '/home/me/.local/state/proplet', maxBytes: 67_108_864, isRequired: false },
    federated: {
      urls: { modelRegistry: undefined, dataStore: undefined, coordinator: undefined },
      maxBytes: 16_777_216,
      timeoutMs: 30_000,
    },
    confidential: {
      tee: 'auto',
      agent: { type: 'auto' },
      root: '/',
      eventLog: true,
      agentLog: '/run/attestation-agent/eventlog',
      detection: { guest: undefined, hostSigns: [], notes: [] },
      keys: undefined,
      keyTimeoutMs: 120_000,
      layersDirectory: '/home/me/.local/state/proplet/layers',
      encryptedExternal: false,
    },
    monitoring: true,
    ops: undefined,
    traces: undefined,
    metadata: {
      namespace: 'default',
      description: undefined,
      tags: [],
      location: undefined,
      collectSystemInfo: true,
      heartbeatMetadata: false,
    },
    logLevel: 'info',
  })
})

it.each([
  [{ XDG_CACHE_HOME: '/xdg', HOME: '/home/me' }, '/xdg/proplet'],
  [{ XDG_CACHE_HOME: 'relative', HOME: '/home/me' }, '/home/me/.cache/proplet'],
  [{ HOME: '' }, '/tmp/of-test/proplet'],
  [{ PROPLET_CACHE_DIR: 'None' }, undefined],
])('puts the cache of %j into %s', (env, expected) => {
  expect(loaded({ env: { ...IDENTITY, ...env } }).config.cache?.directory).toBe(expected)
})

it('runs at least two tasks at once on one core', () => {
  expect(loaded({ env: IDENTITY }, { cores: 1 }).config.limits.maxTasks).toBe(2)
})

describe('the file', () => {
  it('accepts every type that can be read', () => {
    const { input } = withFile(
      `${TOML}mqtt_qos = 1\nmetrics_interval = 2.5\nenable_monitoring = false\n` +
        'dirs = ["/", "/"]\ntags = ["a,b", "c"]\ndescription = 771752188537605140\n',
    )
    const { config, warnings } = loaded(input)
    expect(warnings).toStrictEqual([])
    expect(config.mqtt.qos).toBe(1)
    expect(config.intervals.metricsMs).toBe(2500)
    expect(config.monitoring).toBe(false)
    expect(config.runtime.dirs).toStrictEqual(['/', '/'])
    expect(config.metadata.tags).toStrictEqual(['a,b', 'c'])
    expect(config.metadata.description).toBe('771752188537605140')
  })

  it('refuses other types and names them', () => {
    const { file, input } = withFile(
      `${TOML}mqtt_qos = [1]\nlog_level = 2020-01-01T00:00:00Z\ntags = [[1]]\nwarm = { a = 1 }\n`,
    )
    expect(problemsOf(input)).toStrictEqual([
      `mqtt_qos in ${file} [proplet]: found ["1"]; expected one value, not an array`,
      `log_level in ${file} [proplet]: found a table or a date`,
      `warm in ${file} [proplet]: found a table or a date`,
      `tags in ${file} [proplet]: found an array with values other than text`,
    ])
  })

  it.each([
    ['[proplet]\na = \n', 'line 2, column 5: not valid TOML'],
    ['[proplet]\nclient_key = "hunter2\n', 'line 2'],
    ['[proplet]\na=1\na=2\n', "line 3, column 1: Cannot redefine existing key 'proplet.a'."],
    [`a = ${'['.repeat(40)}`, 'Maximum nesting depth of 32 exceeded.'],
  ])('reports file, line and column of %j', (text, expected) => {
    const { file, input } = withFile(text, IDENTITY)
    const [problem] = problemsOf(input)
    expect(problem).toContain(`${file}, `)
    expect(problem).toContain(expected)
    expect(problem).not.toContain('hunter2')
  })

  it('is an error if it was named and is missing, a directory, or too large', () => {
    const root = tree({ 'large.toml': '#'.repeat(2 ** 20 + 1), 'full.toml': '#'.repeat(2 ** 20) })
    const named = (name: string) =>
      problemsOf({ env: { ...IDENTITY, PROPLET_CONFIG_FILE: join(root, name) } })
    const end = '; expected a readable configuration file'
    expect(named('none.toml')).toStrictEqual([`${root}/none.toml can't be read: there is no such file${end}`])
    expect(named('.')).toStrictEqual([`${root} can't be read: it is a directory${end}`])
    expect(named('large.toml')).toStrictEqual([
      `${root}/large.toml can't be read: it is larger than 1048576 bytes${end}`,
    ])
    expect(named('full.toml')).toStrictEqual([
      `${root}/full.toml has no section [proplet], only no sections at all; ` +
        'expected the section of this proplet: name it with PROPLET_CONFIG_SECTION or --section',
    ])
    expect(problemsOf({ env: IDENTITY, flags: { config: '/none' } })).toHaveLength(1)
  })

  it('stops reading an endless file', () => {
    expect(problemsOf({ env: { ...IDENTITY, PROPLET_CONFIG_FILE: '/dev/zero' } })[0]).toContain('larger than')
  })

  it('may be missing, or unreadable with a warning, if it was not named and is not needed', () => {
    const failing = (code: string) => ({
      files: {
        ...nodeFiles,
        read: () => {
          throw Object.assign(new Error('no'), { code })
        },
      },
    })
    expect(loaded({ env: IDENTITY }, failing('ENOENT')).warnings).toStrictEqual([])
    expect(loaded({ env: IDENTITY }, failing('EACCES')).warnings).toStrictEqual([
      "config.toml can't be read: permission denied",
    ])
    expect(problemsOf({}, failing('EACCES'))[0]).toBe("config.toml can't be read: permission denied")
    expect(problemsOf({}, failing('ENOENT'))).toHaveLength(4)
  })
})

describe('the section', () => {
  const OTHERS = '[manager]\ndomain_id="m"\n[proplet1]\n[proplet2]\n[proxy]\n'
  const host = { files: { ...nodeFiles, read: () => OTHERS } }

  it('can be chosen by variable and flag', () => {
    const text = `[proplet1]\nwarm=1\n[proplet2]\nwarm=0\n`
    const { input } = withFile(text, { ...IDENTITY, PROPLET_CONFIG_SECTION: 'proplet2' })
    expect(loaded(input).config.runtime.warm).toBe(0)
    expect(loaded({ ...input, flags: { section: 'proplet1' } }).config.runtime.warm).toBe(1)
  })

  it('is an error that lists the existing sections if it is missing and needed', () => {
    const expected =
      'config.toml has no section [proplet], only [manager], [proplet1], [proplet2], [proxy]; ' +
      'expected the section of this proplet: name it with PROPLET_CONFIG_SECTION or --section'
    expect(problemsOf({}, host)[0]).toBe(expected)
    expect(problemsOf({ env: { ...IDENTITY, PROPLET_CONFIG_FILE: 'config.toml' } }, host)).toStrictEqual([
      expected,
    ])
    expect(problemsOf({ env: { ...IDENTITY, PROPLET_CONFIG_SECTION: 'other' } }, host)).toHaveLength(1)
  })

  it('may be missing from a file that was not named if the environment is complete', () => {
    expect(loaded({ env: IDENTITY }, host).config.identity.domainId).toBe('dom')
  })

  it('never reaches into the prototype', () => {
    const { input } = withFile(TOML, { PROPLET_CONFIG_SECTION: '__proto__' })
    expect(problemsOf(input)[0]).toContain('has no section [__proto__], only [proplet]')
  })
})

describe('two names of one setting', () => {
  it('are an error if they differ in one source', () => {
    const env = { ...IDENTITY, PROPLET_TENANT_ID: 'other', PROPLET_API_KEY: 'other-secret' }
    const problems = problemsOf({ env })
    const end =
      ' are two names of one setting, and their values differ; expected one of them, or the same value in both'
    expect(problems).toStrictEqual([
      `PROPLET_DOMAIN_ID and PROPLET_TENANT_ID${end}`,
      `PROPLET_CLIENT_KEY and PROPLET_API_KEY${end}`,
    ])
    const { file, input } = withFile(`${TOML}tenant_id = "x"\n`)
    expect(problemsOf(input)).toStrictEqual([
      `domain_id in ${file} [proplet] and tenant_id in ${file} [proplet]${end}`,
    ])
  })

  it('may agree, and in different sources the stronger one wins', () => {
    expect(loaded({ env: { ...IDENTITY, PROPLET_TENANT_ID: 'dom' } }).config.identity.domainId).toBe('dom')
    const { input } = withFile(TOML, { PROPLET_TENANT_ID: 'env' })
    expect(loaded(input).config.identity.domainId).toBe('env')
  })
})

describe('TLS', () => {
  const files = tree.bind(undefined, { 'ca.pem': '', 'cert.pem': '', 'key.pem': '' })
  const tls = (root: string, names: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(names).map(([key, name]) => [`PROPLET_MQTT_TLS_${key}`, join(root, name)]),
    )
  const ALL = { CA_CERT: 'ca.pem', CLIENT_CERT: 'cert.pem', CLIENT_KEY: 'key.pem' }

  it('is chosen by the address', () => {
    const root = files()
    const { mqtt } = loaded({
      env: { ...IDENTITY, ...tls(root, ALL), PROPLET_MQTT_ADDRESS: 'broker' },
    }).config
    expect(mqtt.address).toStrictEqual({ transport: 'tls', host: 'broker', port: 8883, path: '' })
    expect(mqtt.tls).toStrictEqual({
      caFile: `${root}/ca.pem`,
      client: { certFile: `${root}/cert.pem`, keyFile: `${root}/key.pem` },
      verify: true,
    })
  })

  it('refuses half a pair', () => {
    const address = { PROPLET_MQTT_ADDRESS: 'ssl://broker' }
    expect(
      problemsOf({ env: { ...IDENTITY, ...address, ...tls(files(), { CLIENT_CERT: 'cert.pem' }) } }),
    ).toStrictEqual([
      'PROPLET_MQTT_TLS_CLIENT_CERT is set without PROPLET_MQTT_TLS_CLIENT_KEY; expected both or neither',
    ])
    expect(
      problemsOf({ env: { ...IDENTITY, ...address, ...tls(files(), { CLIENT_KEY: 'key.pem' }) } }),
    ).toStrictEqual([
      'PROPLET_MQTT_TLS_CLIENT_KEY is set without PROPLET_MQTT_TLS_CLIENT_CERT; expected both or neither',
    ])
  })

  it('refuses its settings with an unencrypted address', () => {
    const env = {
      ...IDENTITY,
      PROPLET_MQTT_ADDRESS: 'tcp://broker',
      PROPLET_MQTT_TLS_INSECURE_SKIP_VERIFY: 'yes',
    }
    const end =
      ' is set, but PROPLET_MQTT_ADDRESS is an unencrypted address; expected an ssl, tls, mqtts or wss address'
    expect(problemsOf({ env: { ...env, ...tls(files(), { CA_CERT: 'ca.pem' }) } })).toStrictEqual([
      `PROPLET_MQTT_TLS_CA_CERT${end}`,
      `PROPLET_MQTT_TLS_INSECURE_SKIP_VERIFY${end}`,
    ])
  })

  it('refuses an unreadable file', () => {
    const root = files()
    const env = { ...IDENTITY, PROPLET_MQTT_ADDRESS: 'ssl://b', ...tls(root, { CA_CERT: 'none.pem' }) }
    expect(problemsOf({ env })).toStrictEqual([
      `PROPLET_MQTT_TLS_CA_CERT: found "${root}/none.pem"; expected a readable file`,
    ])
  })

  it('warns if the broker is not verified', () => {
    const env = { ...IDENTITY, PROPLET_MQTT_ADDRESS: 'ssl://b', PROPLET_MQTT_TLS_INSECURE_SKIP_VERIFY: '1' }
    expect(loaded({ env }).warnings).toStrictEqual([
      "PROPLET_MQTT_TLS_INSECURE_SKIP_VERIFY is set: the broker's certificate is not verified",
    ])
    expect(loaded({ env }).config.mqtt.tls?.verify).toBe(false)
  })
})

it('names the missing directory', () => {
  const root = tree({ file: '' })
  mkdirSync(join(root, 'data'))
  const dirs = (...names: readonly string[]) => ({
    env: { ...IDENTITY, PROPLET_DIRS: names.map((name) => join(root, name)).join(':') },
  })
  expect(loaded(dirs('data')).config.runtime.dirs).toStrictEqual([join(root, 'data')])
  expect(problemsOf(dirs('data', 'none', 'file'))).toStrictEqual([
    `PROPLET_DIRS: found "${root}/none"; expected an existing directory`,
    `PROPLET_DIRS: found "${root}/file"; expected an existing directory`,
  ])
})

it('refuses a read-only directory inside a writable one', () => {
  const root = tree({ 'data/models/file': '', 'database/file': '' })
  symlinkSync(join(root, 'data/models'), join(root, 'link'))
  const dirs = (writable: string, readonly: readonly string[]) => ({
    env: {
      ...IDENTITY,
      PROPLET_DIRS: join(root, writable),
      PROPLET_DIRS_READONLY: readonly.map((name) => join(root, name)).join(':'),
    },
  })
  const inside = (name: string) =>
    `PROPLET_DIRS_READONLY: found "${join(root, name)}"; ` +
    'expected a directory outside PROPLET_DIRS, because guests could change it through those'
  expect(problemsOf(dirs('data', ['data', 'data/models', 'link']))).toStrictEqual(
    ['data', 'data/models', 'link'].map(inside),
  )
  expect(loaded(dirs('data/models', ['data', 'database'])).config.runtime).toMatchObject({
    dirs: [join(root, 'data/models')],
    dirsReadonly: [join(root, 'data'), join(root, 'database')],
  })
  expect(problemsOf(dirs('data', ['none']))).toStrictEqual([
    `PROPLET_DIRS_READONLY: found "${root}/none"; expected an existing directory`,
  ])
})

describe('isolation by a sandbox', () => {
  const env = { ...IDENTITY, PROPLET_ISOLATION: 'sandbox' }
  const sandbox = { kind: 'sandbox', program: '/usr/bin/bwrap', options: [] } as const

  it('is the sandbox that was found', () => {
    const { config } = loaded({ env }, { findSandbox: () => E.right(sandbox) })
    expect(config.runtime.isolation).toStrictEqual(sandbox)
  })

  it('is an error if there is none', () => {
    const findSandbox = () => E.left('bubblewrap is not installed')
    expect(problemsOf({ env }, { findSandbox })).toStrictEqual([
      'PROPLET_ISOLATION: found "sandbox"; expected process or thread, as bubblewrap is not installed',
    ])
  })

  it('is not looked for unless it is configured', () => {
    const findSandbox = () => {
      throw new Error('not asked for')
    }
    expect(loaded({ env: IDENTITY }, { findSandbox }).config.runtime.isolation).toBe('process')
  })

  it('is refused for an external runtime, as are read-only directories', () => {
    const external = { ...env, PROPLET_EXTERNAL_WASM_RUNTIME: process.execPath, PROPLET_DIRS_READONLY: '/' }
    expect(problemsOf({ env: external }, { findSandbox: () => E.right(sandbox) })).toStrictEqual([
      'PROPLET_ISOLATION: found "sandbox"; expected process, because PROPLET_EXTERNAL_WASM_RUNTIME runs tasks outside it',
      'PROPLET_DIRS_READONLY is set; expected none, because PROPLET_EXTERNAL_WASM_RUNTIME cannot make directories read-only',
    ])
  })
})

it('requires a whole number of seconds as keep-alive and as expiry of the session', () => {
  const env = { PROPLET_MQTT_KEEP_ALIVE: '1500ms', PROPLET_MQTT_SESSION_EXPIRY: '2500ms' }
  expect(problemsOf({ env: { ...IDENTITY, ...env, PROPLET_MQTT_VERSION: '5' } })).toStrictEqual([
    'PROPLET_MQTT_KEEP_ALIVE: found 1500ms; expected whole seconds',
    'PROPLET_MQTT_SESSION_EXPIRY: found 2500ms; expected whole seconds',
  ])
})

it('reads what MQTT 5 is asked for, and warns where it is not spoken (issue 14.4)', () => {
  const asked = { PROPLET_MQTT_SESSION_EXPIRY: '1h', PROPLET_MQTT_RECEIVE_MAXIMUM: '5' }
  const mqtt5 = (env: Record<string, string>) => loaded({ env: { ...IDENTITY, ...env } }).config.mqtt.mqtt5
  expect(mqtt5({ PROPLET_MQTT_VERSION: '5' })).toStrictEqual({
    sessionExpirySeconds: 0xffffffff,
    receiveMaximum: 256,
  })
  expect(mqtt5({ PROPLET_MQTT_VERSION: '5', ...asked })).toStrictEqual({
    sessionExpirySeconds: 3600,
    receiveMaximum: 5,
  })
  const { config, warnings } = loaded({ env: { ...IDENTITY, ...asked } })
  expect(config.mqtt.mqtt5).toBeUndefined()
  expect(warnings).toStrictEqual([
    'PROPLET_MQTT_SESSION_EXPIRY has no effect without PROPLET_MQTT_VERSION=5',
    'PROPLET_MQTT_RECEIVE_MAXIMUM has no effect without PROPLET_MQTT_VERSION=5',
  ])
})

it('warns about settings without effect, but not about disabled ones', () => {
  const env = {
    ...IDENTITY,
    PROPLET_HTTP_ENABLED: 'false',
    PROPLET_HAL_ENABLED: 'true',
    PROPLET_PLUGIN_DIR: '/plugins',
  }
  expect(loaded({ env }).warnings).toStrictEqual(['PROPLET_PLUGIN_DIR has no effect in this release'])
})

it('completes the URL of a collector that has no path, and serves operators only when asked to', () => {
  const traces = (url: string) => loaded({ env: { ...IDENTITY, PROPLET_OTEL_URL: url } }).config.traces
  expect(traces('http://collector:4318')).toStrictEqual({ url: 'http://collector:4318/v1/traces', ratio: 1 })
  expect(traces('https://u:p@collector/own/path?k=v')?.url).toBe('https://u:p@collector/own/path?k=v')
  const ops = (env: Record<string, string>) => loaded({ env: { ...IDENTITY, ...env } }).config.ops
  expect(ops({ PROPLET_METRICS_PORT: '1234' })).toBeUndefined()
  expect(ops({ PROPLET_METRICS_PORT: '1234', PROPLET_METRICS_ENABLED: 'true' })).toStrictEqual({
    host: '127.0.0.1',
    port: 1234,
    page: { hosts: [], token: undefined },
  })
})

it('warns about a fetch that would never be requested again', () => {
  const env = { ...IDENTITY, PROPLET_FETCH_RETRY: '10m' }
  expect(loaded({ env }).warnings).toStrictEqual([
    'PROPLET_FETCH_RETRY is not below PROPLET_FETCH_STALL: no fetch will ever be requested again',
  ])
})

it('warns about unknown names, without their values', () => {
  const { file, input } = withFile(`${TOML}mqtt_addres = "s3cret"\nsurprise = 1\nconfig_file = "x"\n`, {
    PROPLET_MQTT_ADRESS: 's3cret',
    PROPLET_WHATEVER_ELSE: 'x',
    PROPLET_EMPTY: '',
  })
  expect(loaded(input).warnings).toStrictEqual([
    'PROPLET_MQTT_ADRESS is not a setting (did you mean PROPLET_MQTT_ADDRESS?): ignored',
    'PROPLET_WHATEVER_ELSE is not a setting: ignored',
    `mqtt_addres in ${file} [proplet] is not a setting (did you mean mqtt_address?): ignored`,
    `surprise in ${file} [proplet] is not a setting: ignored`,
    `config_file in ${file} [proplet] is not a setting: ignored`,
  ])
})

it('collects all problems in one error, and shows no secret', () => {
  const result = load({
    env: {
      PROPLET_DOMAIN_ID: 'd',
      PROPLET_CLIENT_KEY: 'hunter2\n',
      PROPLET_MQTT_ADDRESS: 'tcp://u:hunter2@b',
      PROPLET_MQTT_QOS: 'x'.repeat(500),
      PROPLET_KBS_URI: 'ftp://u:hunter2@kbs/?key=hunter2',
    },
  })
  expect(E.isLeft(result) && result.left).toBeInstanceOf(ConfigError)
  if (E.isRight(result)) return
  expect(result.left.code).toBe('ERR_CONFIG')
  expect(result.left.problems).toHaveLength(6)
  expect(result.left.problems.join('\n').length).toBeLessThan(2000)
  expect(JSON.stringify(result.left) + result.left.message).not.toContain('hunter2')
})

it('shows no secret in the settings either', () => {
  const { settings } = loaded({ env: { ...IDENTITY, PROPLET_OTEL_URL: 'http://u:hunter2@otel/?k=hunter2' } })
  expect(JSON.stringify(settings)).not.toContain('hunter2')
  expect(settings.find(({ key }) => key === 'client_key')).toStrictEqual({
    key: 'client_key',
    variable: 'PROPLET_CLIENT_KEY',
    value: '********',
    source: 'env PROPLET_CLIENT_KEY',
  })
})

it('never throws, whatever the environment and the file contain', () => {
  const names = [
    'PROPLET_MQTT_ADDRESS',
    'PROPLET_DIRS',
    'PROPLET_TASK_TIMEOUT',
    'PROPLET_TAGS',
    'PROPLET_CONFIG_SECTION',
  ]
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), fc.string()), fc.string(), (env, text) => {
      const files = { ...nodeFiles, read: () => `[proplet]\n${text}` }
      expect(E.isLeft(load({ env }, { ...HOST, files }))).toBe(true)
    }),
    { numRuns: 300 },
  )
})

describe('an external runtime', () => {
  const programs = () => {
    const root = tree({ 'bin/wasmtime': '#!/bin/sh\n', 'text/wasmtime': '' })
    chmodSync(join(root, 'bin/wasmtime'), 0o755)
    return root
  }
  const withRuntime = (name: string, PATH?: string) => ({
    env: { ...IDENTITY, PROPLET_EXTERNAL_WASM_RUNTIME: name, ...(PATH === undefined ? {} : { PATH }) },
  })

  it('is found by its path, or by its name in PATH', () => {
    const root = programs()
    const program = join(root, 'bin/wasmtime')
    const PATH = `:.:/nowhere:${root}/text:${root}/bin`
    const expected = { program, allowCliArgs: [], temporaryDirectory: '/tmp/of-test' }
    expect(loaded(withRuntime(program)).config.runtime.external).toStrictEqual({
      ...expected,
      searchPath: '',
    })
    expect(loaded(withRuntime('wasmtime', PATH)).config.runtime.external).toStrictEqual({
      ...expected,
      searchPath: PATH,
    })
  })

  it('must exist and be a program', () => {
    const root = programs()
    const file = join(root, 'text/wasmtime')
    expect(problemsOf(withRuntime(file))).toStrictEqual([
      `PROPLET_EXTERNAL_WASM_RUNTIME: found "${file}"; expected the path of an executable program`,
    ])
    expect(problemsOf(withRuntime(root))).toHaveLength(1)
    expect(problemsOf(withRuntime('wasmtime', `${root}/text`))).toStrictEqual([
      `PROPLET_EXTERNAL_WASM_RUNTIME: found "wasmtime"; expected the path of a program, or the name of one in PATH ("${root}/text")`,
    ])
  })

  it('may get the flags that the operator lists', () => {
    const env = {
      ...withRuntime(join(programs(), 'bin/wasmtime')).env,
      PROPLET_ALLOW_CLI_ARGS: '--dir, -Shttp',
    }
    expect(loaded({ env }).config.runtime.external?.allowCliArgs).toStrictEqual(['--dir', '-Shttp'])
  })
})

it('serves HTTP only if enabled', () => {
  const env = { ...IDENTITY, PROPLET_HTTP_PROXY_HOST: '::1', PROPLET_HTTP_PROXY_PORT: '9000' }
  expect(loaded({ env }).config.http).toBeUndefined()
  expect(loaded({ env: { ...env, PROPLET_HTTP_ENABLED: 'true' } }).config.http).toStrictEqual({
    host: '::1',
    port: 9000,
    timeoutMs: 30_000,
    maxRequests: 1000,
    maxChildren: expect.any(Number) as number,
    bodyMaxBytes: 67_108_864,
    graceMs: 5000,
  })
})

describe('the page', () => {
  const page = (env: Record<string, string>) =>
    loaded({ env: { ...IDENTITY, PROPLET_METRICS_ENABLED: 'true', ...env } }).config.ops?.page
  const TOKEN = '0123456789abcdef'

  it('is served on loopback addresses, and elsewhere only if enabled', () => {
    expect(page({})).toStrictEqual({ hosts: [], token: undefined })
    expect(page({ PROPLET_UI_ENABLED: 'false' })).toBeUndefined()
    expect(page({ PROPLET_METRICS_HOST: '0.0.0.0' })).toBeUndefined()
    expect(
      page({ PROPLET_METRICS_HOST: '::', PROPLET_UI_ENABLED: 'true', PROPLET_UI_HOSTS: 'a.b' }),
    ).toStrictEqual({
      hosts: ['a.b'],
      token: undefined,
    })
  })

  it('has actions only with a token', () => {
    expect(page({ PROPLET_UI_TOKEN: TOKEN })).toStrictEqual({ hosts: [], token: undefined })
    expect(page({ PROPLET_UI_TOKEN: TOKEN, PROPLET_UI_ACTIONS: 'true' })).toStrictEqual({
      hosts: [],
      token: TOKEN,
    })
    const without = { ...IDENTITY, PROPLET_METRICS_ENABLED: 'true', PROPLET_UI_ACTIONS: 'true' }
    expect(problemsOf({ env: without })).toStrictEqual([
      'PROPLET_UI_ACTIONS is set without PROPLET_UI_TOKEN; expected a token for requests to carry',
    ])
    expect(problemsOf({ env: { ...without, PROPLET_UI_TOKEN: 'short' } }).join()).not.toContain('short')
  })

  it('warns about actions without effect, and about an unencrypted token', () => {
    const warnings = (env: Record<string, string>) =>
      loaded({ env: { ...IDENTITY, PROPLET_UI_ACTIONS: 'true', PROPLET_UI_TOKEN: TOKEN, ...env } }).warnings
    expect(warnings({})).toStrictEqual(['PROPLET_UI_ACTIONS has no effect, because no page is served'])
    const open = { PROPLET_METRICS_ENABLED: 'true', PROPLET_METRICS_HOST: '0.0.0.0' }
    expect(warnings(open)).toStrictEqual(['PROPLET_UI_ACTIONS has no effect, because no page is served'])
    expect(warnings({ ...open, PROPLET_UI_ENABLED: 'true' })).toStrictEqual([
      'PROPLET_UI_ACTIONS: the token travels unencrypted to 0.0.0.0; put a TLS proxy in front of it',
    ])
  })
})
