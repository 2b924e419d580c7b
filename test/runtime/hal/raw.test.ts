import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import wabt from 'wabt'
import { run, runtimeOfTest, toBinary } from '../embedded/harness.js'

/** Parameters by interface and name; `i` is an i32, `l` an i64. All of them give an i32. */
const FUNCTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  platform: { attestation: 'iiii', 'platform-info': 'ii' },
  capabilities: { 'list-capabilities': 'ii', 'has-capability': 'ii' },
  crypto: {
    hash: 'iiiiii',
    encrypt: 'iiiiiiii',
    decrypt: 'iiiiiiii',
    'generate-keypair': 'ii',
    sign: 'iiiiii',
    verify: 'iiiiii',
  },
  storage: {
    'create-container': 'iii',
    'open-container': 'iii',
    'delete-container': 'l',
    'store-object': 'liiiii',
    'retrieve-object': 'liiii',
    'delete-object': 'lii',
    'list-objects': 'lii',
    'get-metadata': 'liiii',
  },
  sockets: {
    'create-socket': 'i',
    bind: 'liiii',
    connect: 'liiii',
    listen: 'li',
    accept: 'l',
    send: 'lii',
    receive: 'liii',
  },
  gpu: {
    'list-adapters': 'ii',
    'get-adapter-info': 'lii',
    'create-device': 'l',
    'create-buffer': 'lili',
    'write-buffer': 'llii',
    'read-buffer': 'lllii',
    'create-compute-pipeline': 'lii',
    dispatch: 'lliii',
  },
  resources: { allocate: 'iliiii', deallocate: 'ii', 'query-available': 'ii' },
  events: { subscribe: 'ii', unsubscribe: 'l', 'poll-events': 'lii' },
  communication: { 'send-message': 'iiiiii', 'receive-message': 'ii', 'list-workloads': 'ii' },
  clock: { 'system-time': 'ii', 'monotonic-time': 'ii', resolution: 'i' },
  random: {
    'get-random-bytes': 'iii',
    'get-secure-random': 'iii',
    'get-entropy-info': 'ii',
    reseed: 'ii',
  },
}
const ALL = Object.entries(FUNCTIONS).flatMap(([from, members]) =>
  Object.entries(members).map(([name, parameters]) => ({ from, name, parameters })),
)
const types = (parameters: string) =>
  Array.from(parameters, (kind) => (kind === 'l' ? 'i64' : 'i32')).join(' ')
const importOf = ({ from, name, parameters }: (typeof ALL)[number]) =>
  `(import "elastic:tee-hal/${from}" "${name}" (func $${from}.${name} (param ${types(parameters)}) (result i32)))`

const moduleOf = async (body: string) => {
  const tools = await wabt()
  const parsed = tools.parseWat(
    'hal.wat',
    `(module ${ALL.map(importOf).join('\n')} (memory (export "memory") 1) ${body})`,
  )
  return toBinary(parsed.toBinary({}).buffer)
}

const runtimeWithHal = () => {
  const directory = mkdtempSync(join(tmpdir(), 'hal-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  return runtimeOfTest({
    hal: { storage: { directory, maxBytes: 2 ** 20, secret: undefined }, opensLegacy: false },
  })
}
const resultOf = async (body: string) => {
  const { outcome } = await run(await runtimeWithHal(), { binary: await moduleOf(body), name: 'main' })
  return outcome.kind === 'completed' ? outcome.results.trim() : outcome
}

it.each([-(2 ** 31), -1, 65_536])(
  'issue 16, 8: every raw call answers -1 to pointers and lengths of %i',
  async (number) => {
    const calls = ALL.map(
      ({ from, name, parameters }) =>
        `(local.set $n (i32.add (local.get $n) (i32.ne (i32.const -1) (call $${from}.${name} ${Array.from(
          parameters,
          (kind) => (kind === 'l' ? '(i64.const -1)' : `(i32.const ${number})`),
        ).join(' ')}))))`,
    )
    expect(
      await resultOf(`(func (export "main") (result i32) (local $n i32) ${calls.join('\n')} (local.get $n))`),
    ).toBe('0')
  },
)

it('issue 16, 3 and 8: a core module stores an object and reads it again', async () => {
  const body = `
    (data (i32.const 0) "container") (data (i32.const 16) "key") (data (i32.const 32) "hello")
    (func (export "main") (result i32)
      (if (i32.ne (call $storage.create-container (i32.const 0) (i32.const 9) (i32.const 64)) (i32.const 0)) (then unreachable))
      (if (i32.ne (call $storage.store-object (i64.load (i32.const 64)) (i32.const 16) (i32.const 3) (i32.const 32) (i32.const 5) (i32.const 72)) (i32.const 0)) (then unreachable))
      (if (i32.ne (call $storage.retrieve-object (i64.load (i32.const 64)) (i32.const 16) (i32.const 3) (i32.const 128) (i32.const 80)) (i32.const 5)) (then unreachable))
      (i32.load8_u (i32.const 132)))`
  expect(await resultOf(body)).toBe(String('o'.charCodeAt(0)))
})

it('issue 16, 8: messages to oneself in a loop, and 1,000 subscriptions, end as errors', async () => {
  const body = `
    (data (i32.const 0) "task")
    (func (export "main") (result i32) (local $i i32) (local $ok i32)
      (loop $again
        (local.set $ok (i32.add (local.get $ok) (i32.eqz (call $communication.send-message (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 64)))))
        (drop (call $events.subscribe (i32.const 2) (i32.const 64)))
        (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1000))))
      (local.get $ok))`
  expect(await resultOf(body)).toBe('64')
})
