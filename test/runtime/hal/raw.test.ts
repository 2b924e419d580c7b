import { expect, it } from 'vitest'
import { run, toBinary } from '../embedded/harness.js'
import { directoryOfTest, runtimeWithHal } from './harness.js'
import { ALL, moduleOf } from './raw-module.js'

const resultOf = async (body: string, maxBytes = 2 ** 20) => {
  const storage = { directory: directoryOfTest(), maxBytes, secret: undefined }
  const { outcome } = await run(await runtimeWithHal({ storage }), {
    binary: toBinary(await moduleOf(body)),
    name: 'main',
  })
  return outcome.kind === 'completed' ? outcome.results.trim() : outcome
}

it.each([-(2 ** 31), 2 ** 31 - 1, -1, 65_536])(
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

it('issue 16, 1: a core module sleeps for the given nanoseconds, and cannot close a socket that it does not have', async () => {
  const body = `
    (func (export "main") (result i64)
      (drop (call $clock.monotonic-time (i32.const 0) (i32.const 8)))
      (if (call $clock.sleep (i64.const 20000000)) (then unreachable))
      (drop (call $clock.monotonic-time (i32.const 16) (i32.const 24)))
      (if (call $sockets.close (i64.const 7)) (then unreachable))
      (i64.add
        (i64.mul (i64.sub (i64.load (i32.const 16)) (i64.load (i32.const 0))) (i64.const 1000000000))
        (i64.extend_i32_s (i32.sub (i32.load (i32.const 24)) (i32.load (i32.const 8))))))`
  expect(Number(await resultOf(body))).toBeGreaterThanOrEqual(20_000_000)
})

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

it('issue 16, 8: a list of long keys is complete', async () => {
  const body = `
    (func (export "main") (result i32) (local $i i32)
      (drop (memory.grow (i32.const 16)))
      (memory.fill (i32.const 0) (i32.const 107) (i32.const 1024))
      (if (i32.ne (call $storage.create-container (i32.const 0) (i32.const 9) (i32.const 2048)) (i32.const 0)) (then unreachable))
      (loop $again
        (i32.store8 (i32.const 1023) (i32.add (i32.const 33) (i32.and (local.get $i) (i32.const 15))))
        (i32.store8 (i32.const 1022) (i32.add (i32.const 48) (i32.shr_u (local.get $i) (i32.const 4))))
        (if (i32.ne (call $storage.store-object (i64.load (i32.const 2048)) (i32.const 0) (i32.const 1024) (i32.const 0) (i32.const 0) (i32.const 2056)) (i32.const 0)) (then unreachable))
        (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 280))))
      (call $storage.list-objects (i64.load (i32.const 2048)) (i32.const 4096) (i32.const 2064)))`
  const length = Number(await resultOf(body, 8 * 2 ** 20))
  // 1024 bytes a key, with its quotes and a comma, and the brackets. Escapes for quotes and backslashes make some keys
  // longer.
  expect(length).toBeGreaterThanOrEqual(280 * 1027 + 1)
})
