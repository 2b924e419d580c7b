import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCliArgs } from '../../../src/runtime/external/cli-args.js'
import { runCommand } from '../../../src/runtime/external/command.js'
import { endpointOf } from '../../../src/runtime/external/endpoint.js'
import { toRuntimeEnvironment } from '../../../src/runtime/external/environment.js'

const isTaken = (cliArgs: readonly string[], allowed: readonly string[] = []) =>
  E.isRight(readCliArgs(cliArgs, allowed))

describe('cli_args', () => {
  it.each([
    [[]],
    [['--invoke', 'add']],
    [['--invoke=add']],
    [['--argv0', 'name']],
    [['--addr', '127.0.0.1:8080', '--port=80']],
  ])('%j are harmless', (cliArgs) => expect(isTaken(cliArgs)).toBe(true))

  it.each([
    [['--dir', '/']],
    [['--dir=/::/']],
    [['--mapdir', '/::/']],
    [['-Sinherit-network']],
    [['-S', 'http']],
    [['-W', 'all-proposals']],
    [['--wasi=http']],
    [['-Ccache']],
    [['-D', 'coredump=/x']],
    [['--config', '/etc/x']],
    [['--env', 'HOME']],
    [['--allow-precompiled']],
    [['--preload=a=/b.wasm']],
    [['--env-inherit']],
    [['-']],
    [['--']],
    [['-x']],
    [['']],
    [['/etc/passwd']],
    [['--invoke', 'add', '/other.wasm']],
    [['--invoke']],
    [['--invoke', '--dir=/']],
    [['--invokes', 'x']],
    [['\n--dir=/']],
  ])('%j are refused', (cliArgs) => {
    const read = readCliArgs(cliArgs, [])
    expect(E.isLeft(read) && read.left).toMatch(/^cli_args: /)
  })

  it('may be only what the operator allows', () => {
    expect(isTaken(['--dir', '/data'], ['--dir'])).toBe(true)
    expect(isTaken(['--dir=/data'], ['--dir'])).toBe(true)
    expect(isTaken(['--dirs=/data'], ['--dir'])).toBe(false)
    expect(isTaken(['-S', 'http'], ['-S'])).toBe(true)
    expect(isTaken(['-Shttp'], ['-Shttp'])).toBe(true)
    expect(isTaken(['-S', 'http'], ['-Shttp'])).toBe(true)
    expect(isTaken(['-Shttp,inherit-network'], ['-Shttp'])).toBe(false)
    expect(isTaken(['-Shttp,cli'], ['-Shttp', '-Scli'])).toBe(true)
    expect(isTaken(['--dir=/data'], ['--dir=/data'])).toBe(true)
    expect(isTaken(['--dir=/'], ['--dir=/data'])).toBe(false)
    // A flag without a value must not let another file through.
    expect(isTaken(['--allow-precompiled', '/x.wasm'], ['--allow-precompiled'])).toBe(false)
    expect(isTaken(['--anything', 'at', 'all', '--', '-x'], ['*'])).toBe(true)
  })

  it('are passed on unchanged', () => {
    const texts = fc.array(fc.oneof(fc.string(), fc.constantFrom('--invoke', '-S', '--dir', '--', '-', '-x')))
    fc.assert(
      fc.property(texts, (cliArgs) => {
        const read = readCliArgs(cliArgs, ['*'])
        expect(E.isRight(read) && read.right.flatMap((option) => option.texts)).toStrictEqual(cliArgs)
      }),
    )
  })

  it('bring their own call, or get that of the plan', () => {
    const argsOf = (cliArgs: readonly string[]) => {
      const options = readCliArgs(cliArgs, [])
      if (E.isLeft(options)) throw new Error(options.left)
      const request = { inputs: ['1'], env: {} }
      const parts = { request, options: options.right, dirs: [], file: 'f', base: {} }
      return runCommand({ invoke: 'planned(1)', inputsInCall: true }, parts).args
    }
    expect(argsOf([])).toStrictEqual(['run', '--invoke', 'planned(1)', 'f'])
    expect(argsOf(['--invoke', 'own'])).toStrictEqual(['run', '--invoke', 'own', 'f', '1'])
  })
})

describe('where a server listens', () => {
  const http = { host: '127.0.0.1', port: 65_500 }
  const endpoint = (cliArgs: readonly string[], given = http) => {
    const options = readCliArgs(cliArgs, [])
    if (E.isLeft(options)) throw new Error(options.left)
    return endpointOf(options.right, given)
  }

  it('is the first free port of a hundred', () => {
    expect(endpoint(['--argv0', 'x'])).toStrictEqual(
      E.right({
        host: '127.0.0.1',
        ports: Array.from({ length: 36 }, (_, i) => 65_500 + i),
        options: [{ name: '--argv0', value: 'x', texts: ['--argv0', 'x'] }],
      }),
    )
  })

  it.each([
    [['--port', '80'], '127.0.0.1', 80],
    [['--port=80'], '127.0.0.1', 80],
    [['--addr', '127.0.0.2:81'], '127.0.0.2', 81],
    [['--addr=localhost:81'], '127.0.0.1', 81],
    [['--addr', '[::1]:81'], '::1', 81],
  ])('is exactly where %j says', (cliArgs, host, port) => {
    expect(endpoint(cliArgs)).toStrictEqual(E.right({ host, ports: [port], options: [] }))
  })

  it('may be any address if all are configured', () => {
    const all = { host: '0.0.0.0', port: 1 }
    expect(endpoint(['--addr', '10.0.0.1:81'], all)).toMatchObject(E.right({ host: '10.0.0.1' }))
  })

  it.each([
    [['--port', '0']],
    [['--port', '65536']],
    [['--port', 'x']],
    [['--addr', 'example.org:80']],
    [['--addr', '127.0.0.1']],
    [['--addr', '10.0.0.1:80']],
    [['--addr', '0.0.0.0:80']],
  ])('may not be where %j says', (cliArgs) => {
    const found = endpoint(cliArgs)
    expect(E.isLeft(found) && found.left).toMatch(/^--(?:port|addr): /)
  })
})

it('variables are passed in the environment, unless a program would act upon them', () => {
  const names = ['API_KEY', 'MODEL_URI', 'TEMPERATURE', 'NODE_AUTH_TOKEN', 'LANGUAGE_MODEL_KEY']
  const actedUpon = [
    ...[
      'LD_PRELOAD',
      'ld_preload',
      'DYLD_INSERT_LIBRARIES',
      'NODE_OPTIONS',
      'NODE_CHANNEL_FD',
      'PATH',
      'HOME',
    ],
    ...['BASH_ENV', 'BASH_FUNC_x%%', 'ENV', 'TMPDIR', 'GLIBC_TUNABLES', 'RUST_LOG', 'WASMTIME_LOG', 'LC_ALL'],
    ...[
      'LANG',
      'PYTHONSTARTUP',
      'PERL5OPT',
      'PERL5LIB',
      'JAVA_TOOL_OPTIONS',
      'XDG_CONFIG_HOME',
      'OPENSSL_CONF',
    ],
  ]
  const task = Object.fromEntries([...names, ...actedUpon].map((name) => [name, 'value']))
  const { env, options } = toRuntimeEnvironment(task, { PATH: '/usr/bin' })
  expect(env).toStrictEqual({ ...Object.fromEntries(names.map((name) => [name, 'value'])), PATH: '/usr/bin' })
  expect(options).toStrictEqual([
    ...names.flatMap((name) => ['--env', name]),
    ...actedUpon.flatMap((name) => ['--env', `${name}=value`]),
  ])
})
