import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EmbeddedRuntime } from '../../../src/runtime/embedded/embedded.js'
import { ISOLATION, OF_CHILDREN, openRuntime, run } from '../embedded/harness.js'
import { expectAlive } from './ground.js'
import { compilerBomb, component, core } from './modules.js'

const KINDS = [
  ['a core module', core],
  ['a component', component],
] as const

/** Node.js 24 and newer have 64-bit memories; their V8 has the same limit on pages. */
const HAS_WIDE_MEMORIES = Number(process.versions.node.split('.')[0]) >= 24
const ADDRESSES = HAS_WIDE_MEMORIES ? ['i32', 'i64'] : ['i32']

const NOTHING = '(func (export "run"))'
/** Binaries that every Node.js refuses before they run, because V8 would not limit their resources. */
const REFUSED: readonly [string, string, string, RegExp][] = [
  [
    'nine memories',
    `${'(memory 1)'.repeat(9)} ${NOTHING}`,
    'unsupported',
    /more than (?:one memory|8 memories)/,
  ],
  [
    'a hundred memories',
    `${'(memory 0)'.repeat(100)} ${NOTHING}`,
    'unsupported',
    /more than (?:one memory|8 memories)/,
  ],
  [
    'a memory of 4 GiB',
    `(memory 65536) ${NOTHING}`,
    'memory',
    /asks for 4096 MiB of memory, the limit is 64 MiB/,
  ],
  HAS_WIDE_MEMORIES
    ? [
        'a memory of 64 bits and 4 GiB',
        `(memory i64 65536) ${NOTHING}`,
        'memory',
        /asks for 4096 MiB of memory, the limit is 64 MiB/,
      ]
    : ['a memory of 64 bits', `(memory i64 1) ${NOTHING}`, 'unsupported', /64 bits/],
  [
    'a shared memory',
    `(memory 1 2 shared) ${NOTHING}`,
    'unsupported',
    /shared memory .* \(PROPLET_EXTERNAL_WASM_RUNTIME\)$/,
  ],
  [
    'two tables of ten million elements',
    `(table 10000000 funcref) (table 10000000 externref) ${NOTHING}`,
    'memory',
    /table of 10000000 elements, the limit is 200000/,
  ],
  ['a hundred tables', `${'(table 200000 externref)'.repeat(100)} ${NOTHING}`, 'unsupported', /16 tables/],
  [
    'garbage-collected arrays',
    `(type $a (array (mut i64)))
     (func (export "run") (local (ref null $a))
       (loop $again (local.set 0 (array.new_default $a (i32.const 1000000))) (br $again)))`,
    'unsupported',
    /garbage-collected types are not supported.*; an external runtime such as wasmtime runs it \(PROPLET_EXTERNAL_WASM_RUNTIME\)$/,
  ],
]

const SPIN = '(loop $again (br $again))'
/** Programs that never end, and print nothing. */
const ENDLESS: readonly [string, string][] = [
  ['a loop', `(func (export "run") ${SPIN})`],
  ['a loop in the start function', `(func $start ${SPIN}) (start $start) ${NOTHING}`],
  [
    'memory.fill in a loop',
    `(memory 1000) (func (export "run") (loop $again
       (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536000)) (br $again)))`,
  ],
  [
    'memory.grow by nothing in a loop',
    `(memory 1) (func (export "run") (loop $again (drop (memory.grow (i32.const 0))) (br $again)))`,
  ],
]

describe.each(KINDS)(`resources, attacked by %s (${ISOLATION})`, (_, make) => {
  const given: { patient?: EmbeddedRuntime; impatient?: EmbeddedRuntime } = {}
  beforeAll(async () => {
    given.patient = await openRuntime({ timeoutMs: 60_000 })
    given.impatient = await openRuntime({ timeoutMs: 1000 })
  })
  afterAll(() => Promise.all([given.patient?.close(), given.impatient?.close()]))
  const runtimes = () => {
    const { patient, impatient } = given
    if (patient === undefined || impatient === undefined) throw new Error('before the tests')
    return { patient, impatient }
  }

  it.each(REFUSED)('by %s', async (_what, text, code, error) => {
    const { patient } = runtimes()
    const { outcome } = await run(patient, { binary: await make(text), name: 'run' })
    expect(outcome).toMatchObject({ kind: 'failed', code, error: expect.stringMatching(error) as string })
    await expectAlive(patient)
  })

  it.each(ENDLESS)('by %s', async (_what, text) => {
    const { impatient, patient } = runtimes()
    const { outcome } = await run(impatient, { binary: await make(text), name: 'run' })
    expect(outcome).toMatchObject({ code: 'timeout', error: 'time limit of 1s exceeded' })
    await expectAlive(patient)
  })

  it('by endless recursion', async () => {
    const { patient } = runtimes()
    const binary = await make('(func $f (export "run") (call $f) (call $f))')
    expect((await run(patient, { binary, name: 'run' })).outcome).toMatchObject({
      code: 'trap',
      error: expect.stringMatching(/^trap: .*stack/i) as string,
    })
    await expectAlive(patient)
  })

  it.each(ADDRESSES)('by memory that grows until it is used up, of %s', async (address) => {
    const { patient } = runtimes()
    const binary = await make(
      `(memory (export "memory") ${address} 1) (func (export "run")
         (loop $again (br_if $again (${address}.ne (${address}.const -1) (memory.grow (${address}.const 1))))) unreachable)`,
    )
    expect((await run(patient, { binary, name: 'run' })).outcome).toMatchObject({
      code: 'memory',
      error: expect.stringMatching(/^memory limit of 64 MiB reached/) as string,
    })
    await expectAlive(patient)
  })
})

it('a component with many modules does not get more memory than one', async () => {
  const runtime = await openRuntime({ timeoutMs: 60_000 })
  const binary = await component(`(memory 500) ${NOTHING}`, 20)
  expect((await run(runtime, { binary, name: 'run' })).outcome).toMatchObject({ code: 'memory' })
  await expectAlive(runtime)
  await runtime.close()
})

it('a function that takes forever to compile is ended by the time limit', async () => {
  // A thread cannot be terminated while it compiles.
  const runtime = await openRuntime({ isolation: OF_CHILDREN, timeoutMs: 1000 })
  expect((await run(runtime, { binary: compilerBomb(), name: 'run' })).outcome).toMatchObject({
    code: 'timeout',
    error: 'time limit of 1s exceeded',
  })
  await expectAlive(runtime)
  await runtime.close()
})
