import { createServer } from 'node:net'
import { Subject } from 'rxjs'
import { expect, it } from 'vitest'
import type { StopReason } from '../../../src/model/runtime.js'
import { freePort } from '../../support/free-port.js'
import { fixture, run } from '../embedded/harness.js'
import { callerOf, runtimeWithHal, scenesOf } from './harness.js'
import { EVERYTHING, listening, say } from './network.js'

it('issue 16, 4: a task cannot reach the handles of another; a blocked accept blocks no other task', async () => {
  const runtime = await runtimeWithHal({}, { network: EVERYTHING, warm: 2 })
  const call = scenesOf(runtime)
  const port = await freePort()
  // The first task has a socket and waits in `accept`; the second has an object.
  const served = call('echo-once', [String(port)], { id: 'server' })
  expect(await call('remember', ['"box"', '"secret"', '"of another"'], { id: 'keeper' })).toMatch(/^ok/)
  expect(await call('guess-handles', [], { id: 'thief' })).toBe('0')
  expect(await call('recall', ['"box"', '"secret"'], { id: 'thief' })).toBe(
    String.raw`err("Resource not found: Object \'secret\' not found")`,
  )
  expect(await call('recall', ['"box"', '"secret"'], { id: 'keeper' })).toBe('ok("of another")')
  expect(await say(port, 'still here')).toBe('still here')
  expect(await served).toBe('ok("still here")')
})

it('issue 16, 4: tasks do not share allocations, which end with their task', async () => {
  const call = callerOf(await runtimeWithHal(), 'components/hal')
  const all = '{resource-type: memory, amount: 64, priority: 0}'
  for (const id of ['one', 'other', 'one'])
    expect(await call('allocate', [all], { id })).toBe(
      `ok({allocation-id: "Memory_${id}_64_1", granted-amount: 64})`,
    )
  expect(await call('deallocate', ['"Memory_one_64_1"'], { id: 'other' })).toMatch(
    /^err\("Resource not found/,
  )
})

it('issue 16, 4: messages reach only the task of that ID, with the true sender', async () => {
  const runtime = await runtimeWithHal({}, { warm: 3 })
  const [call, simple] = [scenesOf(runtime), callerOf(runtime, 'components/hal')]
  const waiting = call('await-message', [], { id: 'receiver' })
  const names = () => simple('list-workloads', [], { id: 'sender' })
  await expect.poll(names, { timeout: 10_000 }).toBe('ok(["receiver", "sender"])')
  expect(await simple('receive-message', [], { id: 'sender' })).toBe('ok(none)')
  expect(await simple('send-message', ['"receiver"', '[104, 105]', 'true'], { id: 'sender' })).toMatch(/^ok/)
  expect(await waiting).toBe('ok("sender (encrypted): hi")')
  expect(await simple('send-message', ['"receiver"', '[1]', 'false'], { id: 'sender' })).toBe(
    String.raw`err("Resource not found: Workload \'receiver\' not found")`,
  )
})

it('issue 16, 4: a subscriber is notified of objects', async () => {
  const event = (op: string) => String.raw`{\"container\":\"watched\",\"key\":\"a\",\"op\":\"${op}\"}\n`
  expect(await scenesOf(await runtimeWithHal())('watch-storage')).toBe(
    `ok("${event('store')}${event('store')}${event('delete')}")`,
  )
})

it.each([
  ['a sleep', 'components/hal', 'sleep', ['1000000000000'], undefined],
  ['an accept', 'components/hal-scenes', 'echo-once', undefined, undefined],
  ['a receive', 'components/hal-scenes', 'talk', undefined, true],
] as const)('issue 16, 6: a stop ends %s within 100 ms', async (_, guest, name, given, isTalk) => {
  const runtime = await runtimeWithHal({}, { network: EVERYTHING })
  const connected = new Subject<void>()
  const silent = await listening(
    createServer((socket) => {
      socket.on('error', () => undefined)
      connected.next()
    }),
  )
  const inputs = given ?? (isTalk ? ['0', '"127.0.0.1"', String(silent), '"x"'] : [String(await freePort())])
  const stop$ = new Subject<StopReason>()
  let stoppedAt = 0
  const stop = () => {
    stoppedAt = performance.now()
    stop$.next('stopped')
  }
  if (isTalk) connected.subscribe(() => setImmediate(stop))
  const { outcome } = await run(runtime, { binary: fixture(guest), name, inputs }, stop$, ({ type }) => {
    if (type === 'started' && !isTalk) setImmediate(stop)
  })
  expect(performance.now() - stoppedAt).toBeLessThan(100)
  expect(outcome.kind).toBe('stopped')
})

it('issue 16, 6: a sleep counts against the time limit', async () => {
  const runtime = await runtimeWithHal({}, { timeoutMs: 300 })
  expect(await callerOf(runtime, 'components/hal')('sleep', ['1000000000000'])).toMatchObject({
    kind: 'failed',
    code: 'timeout',
  })
})
