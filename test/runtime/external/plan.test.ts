import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { makePlan } from '../../../src/runtime/external/plan/make-plan.js'
import { decodePlan } from '../../../src/runtime/external/plan/plan.js'
import { Planner } from '../../../src/runtime/external/plan/planner.js'
import { fixture, fixturePath } from '../embedded/harness.js'

const bytesOf = (name: string) => readFileSync(fixturePath(name))
const plan = (binary: string, name: string, inputs: readonly string[] = []) =>
  makePlan(bytesOf(binary), { name, inputs })

const program = { kind: 'run', inputsInCall: false }
const call = (invoke: string) => ({ kind: 'run', inputsInCall: true, invoke })
const refused = (code: string, error: RegExp) => ({
  kind: 'refused',
  code,
  error: expect.stringMatching(error) as string,
})

describe('the plan for a core module', () => {
  it.each([
    ['an export', 'add', 'add', { ...program, invoke: 'add' }],
    ['the program', 'args-env', '_start', program],
    ['the default export as the program', 'default', '_start', program],
    ['a round of federated learning', 'args-env', 'fl-round-7', program],
    [
      'main, where the name is not exported',
      'fallback',
      'nope',
      { ...program, invoke: 'main', warning: 'no function "nope" is exported; running "main" instead' },
    ],
    [
      'the program, where there is nothing else',
      'args-env',
      'nope',
      { ...program, warning: 'no function "nope" is exported; running "_start" instead' },
    ],
    ['nothing', 'numbers', 'nope', refused('call', /^no function "nope" is exported$/)],
  ])('calls %s', (_, binary, name, expected) => {
    expect(plan(binary, name)).toStrictEqual(expected)
  })

  it('leaves an unreadable module to the runtime', () => {
    const unknown = Buffer.from('\0asm\x01\0\0\0\x01\xff\xff\xff\xff\x0f', 'latin1')
    expect(makePlan(unknown, { name: 'f', inputs: [] })).toStrictEqual({ ...program, invoke: 'f' })
    expect(makePlan(unknown, { name: '_start', inputs: [] })).toStrictEqual(program)
  })
})

describe('the plan for a component', () => {
  it.each([
    ['the command', 'components/hello', '_start', [], program],
    ['a server', 'components/http', 'anything', [], { kind: 'serve' }],
    [
      'an export of an instance by the name that wasmtime finds it by',
      'components/typed',
      'local:typed/ops#echo-point',
      ['{x: 1, y: 0.5, label: "a"}'],
      call('echo-point({x: 1, y: 0.5, label: "a"})'),
    ],
    [
      'one that several have by its full name',
      'components/composed',
      'user#echo',
      ['"a" // b'],
      call('user#echo("a" // b\n)'),
    ],
    [
      'nothing, where the inputs do not fit',
      'components/typed',
      'echo-point',
      ['{'],
      refused('call', /argument 1 \(`v`, record\), column 2/),
    ],
    [
      'nothing, where values would end the call',
      'components/composed',
      'visit',
      ['1) other(2'],
      refused('call', /argument 1/),
    ],
    [
      'nothing, where the call is too long',
      'components/composed',
      'user#echo',
      [`"${'x'.repeat(131_064)}"`],
      refused('call', /^inputs: expected at most 128 KiB in one call$/),
    ],
    [
      'nothing, where it is not exported',
      'components/typed',
      'nope',
      [],
      refused('call', /no function "nope"/),
    ],
  ])('calls %s', (_, binary, name, inputs, expected) => {
    expect(plan(binary, name, inputs)).toStrictEqual(expected)
  })

  it('leaves one that we do not support to the runtime', () => {
    // a section of values
    const values = Buffer.from('\0asm\x0d\0\x01\0\x0c\0', 'latin1')
    expect(makePlan(values, { name: 'f', inputs: ['1', '"a"'] })).toStrictEqual(call('f(1, "a")'))
    expect(makePlan(values, { name: '_start', inputs: [] })).toStrictEqual(program)
  })
})

it.each([
  ['nothing', Buffer.alloc(0)],
  ['text', Buffer.from('(module)')],
  ['a component that is cut', Buffer.from('\0asm\x0d\0\x01\0\x07\xff\xff\xff\xff\x0f', 'latin1')],
])('%s is refused', (_, bytes) => {
  expect(makePlan(bytes, { name: 'f', inputs: [] })).toMatchObject({ kind: 'refused', code: 'binary' })
})

it('what is not a plan is refused', () => {
  for (const text of [
    '',
    '{',
    '1',
    'null',
    '{}',
    '{"kind":"run"}',
    '{"kind":"run","inputsInCall":true,"invoke":1}',
  ])
    expect(decodePlan(text)).toBeUndefined()
  expect(decodePlan('{"kind":"refused","code":"rejected","error":"x"}')).toBeUndefined()
  expect(decodePlan('{"kind":"run","inputsInCall":false}')).toStrictEqual(program)
})

describe('the planner', () => {
  const counting = () => {
    let started = 0
    const planner = new Planner({ wrapper: () => Promise.resolve([((started += 1), '/usr/bin/env')]) })
    const ask = (name: string, inputs: readonly string[], path = 'components/composed') =>
      planner.plan(
        { path: fixturePath(path), digest: fixture(path).digest, name, inputs },
        new AbortController().signal,
      )
    return { ask, started: () => started, planner }
  }

  it('inspects a binary once for a call', async () => {
    const { ask, started } = counting()
    const first = await ask('visit', ['1'])
    expect(first).toStrictEqual(call('visit(1)'))
    expect(await ask('visit', ['1'])).toStrictEqual(first)
    expect(started()).toBe(1)
    expect(await ask('visit', ['2'])).toStrictEqual(call('visit(2)'))
    expect(started()).toBe(2)
  })

  it('inspects a module once for a name, whatever the inputs', async () => {
    const { ask, started } = counting()
    await ask('add', ['1', '2'], 'add')
    expect(await ask('add', ['3', '4'], 'add')).toStrictEqual({ ...program, invoke: 'add' })
    expect(started()).toBe(1)
  })

  it('gives up when aborted', async () => {
    const { planner } = counting()
    const request = { path: fixturePath('add'), digest: fixture('add').digest, name: 'add', inputs: [] }
    await expect(planner.plan(request, AbortSignal.abort())).rejects.toThrow('no longer needed')
  })

  it('refuses a binary that it cannot inspect', async () => {
    const planner = new Planner({ wrapper: () => Promise.resolve(['/bin/false']) })
    const request = { path: fixturePath('add'), digest: fixture('add').digest, name: 'add', inputs: [] }
    expect(await planner.plan(request, new AbortController().signal)).toMatchObject({
      kind: 'refused',
      code: 'binary',
    })
  })
})
