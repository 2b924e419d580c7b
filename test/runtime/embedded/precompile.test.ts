import { expect, it } from 'vitest'
import { add, fixture, ISOLATIONS, run, runtimeOfTest, thirty, toBinary } from './harness.js'

const compileOnly = { name: 'add', compileOnly: true } as const
const nothing = { kind: 'completed', results: '' }

it.each(ISOLATIONS)('compiles a module without calling it, and keeps it ready (%s)', async (isolation) => {
  const runtime = await runtimeOfTest({ isolation })
  const compiled = await run(runtime, { ...add, ...compileOnly })
  expect(compiled.outcome).toStrictEqual(nothing)
  expect(compiled.compileMs).toBeGreaterThan(0)
  const ran = await run(runtime, add)
  expect(ran.outcome).toStrictEqual(thirty)
  expect(ran.compileMs).toBe(0)
})

it('does the same with a component', async () => {
  const runtime = await runtimeOfTest()
  const binary = fixture('components/typed')
  expect((await run(runtime, { binary, ...compileOnly })).outcome).toStrictEqual(nothing)
  const ran = await run(runtime, { binary, name: 'echo-pair', inputs: ['{left: "both"}'] })
  expect(ran.outcome).toStrictEqual({ kind: 'completed', results: '{left: "both"}' })
  expect(ran.compileMs).toBe(0)
})

it('does not even instantiate: a start function that never ends does no harm', async () => {
  const runtime = await runtimeOfTest()
  const { outcome } = await run(runtime, { binary: fixture('start-loop'), ...compileOnly })
  expect(outcome).toStrictEqual(nothing)
})

it.each([
  ['what is no module', 'binary', /not a WebAssembly binary/, toBinary(Buffer.from('no module'))],
  [
    'a module that is not valid',
    'binary',
    /not a valid WebAssembly module/,
    toBinary(Buffer.from('\0asm\x01\0\0\0\x03\x02\x01\0', 'latin1')),
  ],
  ['a component that serves HTTP', 'unsupported', /cannot be invoked/, fixture('components/http')],
])('refuses %s', async (_, code, error, binary) => {
  const runtime = await runtimeOfTest()
  const { outcome } = await run(runtime, { binary, ...compileOnly })
  expect(outcome).toMatchObject({ kind: 'failed', code, error: expect.stringMatching(error) as string })
  expect((await run(runtime, add)).outcome).toStrictEqual(thirty)
})
