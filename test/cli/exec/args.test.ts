import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseExec } from '../../../src/cli/exec/args.js'
import { NO_NETWORK } from '../../../src/cli/exec/network.js'
import { parseWaveCall } from '../../../src/cli/exec/wave-call.js'

const ENVIRONMENT = { HOME: '/home/me' }
const parsed = (...argv: readonly string[]) => {
  const result = parseExec(argv, ENVIRONMENT)
  if (E.isLeft(result)) throw new Error(result.left)
  return result.right
}

const plain = {
  command: 'run',
  file: 'dir/a.wasm',
  invoke: undefined,
  args: [],
  program: 'a.wasm',
  env: {},
  dirs: [],
  addr: undefined,
  memoryMaxBytes: undefined,
  stackMaxBytes: undefined,
  network: NO_NETWORK,
  stdin: true,
  isolation: undefined,
}

describe('the command line of exec', () => {
  it.each([
    [['dir/a.wasm'], plain],
    [['run', 'dir/a.wasm'], plain],
    [['run', '--', 'dir/a.wasm'], plain],
    [['serve', '--addr', '127.0.0.1:80', 'dir/a.wasm'], { ...plain, command: 'serve', addr: '127.0.0.1:80' }],
    [['--isolation', 'process', 'dir/a.wasm'], { ...plain, isolation: 'process' }],
    [['dir/a.wasm', '--dir', '-x', '--'], { ...plain, args: ['--dir', '-x', '--'] }],
    [
      ['--argv0=b', '--invoke', 'f', 'dir/a.wasm', '-1'],
      { ...plain, program: 'b', invoke: 'f', args: ['-1'] },
    ],
    [['--invoke', 'f("a,b", [1, 2])', 'dir/a.wasm'], { ...plain, invoke: 'f', args: ['"a,b"', ' [1, 2]'] }],
    [
      ['--env', 'A=b=c', '--env=E=', '--env', 'HOME', '--env', 'UNSET', '--env', '__proto__=x', 'dir/a.wasm'],
      {
        ...plain,
        env: Object.fromEntries([
          ...Object.entries({ A: 'b=c', E: '', HOME: '/home/me' }),
          ['__proto__', 'x'],
        ]),
      },
    ],
    [
      ['--dir', '/a', '--dir=/b::/c', 'dir/a.wasm'],
      {
        ...plain,
        dirs: [
          { hostPath: '/a', guestPath: '/a' },
          { hostPath: '/b', guestPath: '/c' },
        ],
      },
    ],
    [
      [
        '-Scli',
        '-S',
        'common=y',
        '-W',
        'simd,component-model',
        '-O',
        'opt-level=2',
        '--codegen',
        'cache=y',
        'dir/a.wasm',
      ],
      plain,
    ],
    [['-Wmax-memory-size=1048576', 'dir/a.wasm'], { ...plain, memoryMaxBytes: 1_048_576 }],
    [['-W', 'max-wasm-stack=8388608', 'dir/a.wasm'], { ...plain, stackMaxBytes: 8_388_608 }],
    [
      ['-Sinherit-network,http=y,tcp=n', '-S', 'allow-ip-name-lookup', '-Sudp=no', 'dir/a.wasm'],
      {
        ...plain,
        network: { inheritNetwork: true, allowIpNameLookup: true, http: true, tcp: false, udp: false },
      },
    ],
    [['-Sinherit-stdin=n', 'dir/a.wasm'], { ...plain, stdin: false }],
    [['-Sinherit-env', 'dir/a.wasm'], { ...plain, env: ENVIRONMENT }],
    [['-'], { ...plain, file: '-', program: '-', stdin: false }],
  ])('%j', (argv, expected) => expect(parsed(...argv)).toStrictEqual(expected))

  it.each([
    [[], /^expected a file; usage: exec/],
    [['run'], /^expected a file/],
    [['--no-such', 'x', 'a.wasm'], /"--no-such", which is not an option/],
    [['-x', 'a.wasm'], /"-x", which is not an option/],
    [['--invoke'], /^--invoke: expected a value/],
    [['--env', '=x', 'a.wasm'], /^--env: expected/],
    [['--dir', '::/x', 'a.wasm'], /^--dir: expected/],
    [['--dir', 'a::b::c', 'a.wasm'], /^--dir: expected/],
    [['-Snn', 'a.wasm'], /^-S "nn" is not supported here/],
    [['-Sinherit-network=maybe', 'a.wasm'], /^-S "inherit-network=maybe" is not supported here/],
    [['-W', 'simd=n', 'a.wasm'], /^-W "simd=n" is not supported here/],
    [['-W', 'timeout=1s', 'a.wasm'], /^-W "timeout=1s" is not supported here/],
    [['-W', 'max-memory-size=1', 'a.wasm'], /^-W/],
    [['--invoke', 'f(1)', 'a.wasm', '2'], /^--invoke: found arguments both in the call and after the file/],
    [['serve', '--invoke', 'f', 'a.wasm'], /^serve: /],
    [['serve', 'a.wasm', 'x'], /^serve: /],
    [['run', '--addr', 'x:1', 'a.wasm'], /^--addr: /],
  ])('refuses %j', (argv, problem) => {
    const result = parseExec(argv, ENVIRONMENT)
    expect(E.isLeft(result) && result.left).toMatch(problem)
  })
})

describe('a call in WAVE', () => {
  it.each([
    ['f()', []],
    ['f( )', []],
    ['f(1)', ['1']],
    ['f(1, 2)', ['1', ' 2']],
    ['f(1, 2,)', ['1', ' 2']],
    ['f({a: 1, b: [1, 2]}, (1, 2))', ['{a: 1, b: [1, 2]}', ' (1, 2)']],
    [String.raw`f("a, \" b", '\'', ',')`, [String.raw`"a, \" b"`, String.raw` '\''`, ` ','`]],
    ['f(some(1), // a, b)\n 2)', ['some(1)', ' // a, b)\n 2']],
    ['f("""\n  a, b (\n  """, 2)', ['"""\n  a, b (\n  """', ' 2']],
    ['f(,)', ['']],
  ])('%j', (text, args) => expect(parseWaveCall(text)).toStrictEqual({ name: 'f', args }))

  it.each(['', 'f', 'f(', 'f(1', '(1)', 'f(1) x'])('is not %j', (text) =>
    expect(parseWaveCall(text)).toBeUndefined(),
  )

  it('is split into as many values as it was made of', () => {
    const value = fc.oneof(
      fc.string().map((text) => JSON.stringify(text.replaceAll(/[^ -~]/g, ''))),
      fc.integer().map(String),
      fc.array(fc.integer()).map((items) => `[${items.join(', ')}]`),
      fc.integer().map((number) => `some(ok((${number}, "),(")))`),
    )
    fc.assert(
      fc.property(fc.array(value), (values) => {
        const call = parseWaveCall(`interface#name(${values.join(', ')})`)
        expect(call?.args.map((arg) => arg.trim())).toStrictEqual(values)
      }),
    )
  })
})
