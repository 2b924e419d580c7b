import { readdirSync } from 'node:fs'
import { Subject, Subscription } from 'rxjs'
import { describe, expect, it, vi } from 'vitest'
import type { RunEvent, StopReason } from '../../../src/model/runtime.js'
import { fixture, isAlive, MIB, request, run, type Task } from '../embedded/harness.js'
import { externalOfTest, program } from './harness.js'

const spin = { binary: fixture('hostile'), name: 'spin' }
const script = { binary: fixture('add'), name: 'add' }

const textOf = (event: RunEvent): string =>
  event.type === 'output' ? Buffer.from(event.data).toString() : ''
const pidsIn = (text: string): readonly number[] => text.trim().split(/\s+/).map(Number)

/** Runs a task and stops it at its first output, or with `at` at the first event of that type. */
const stopped = async (
  runtime: Parameters<typeof run>[0],
  task: Task,
  { at = 'output', reason = 'stopped' }: { at?: RunEvent['type']; reason?: StopReason } = {},
) => {
  const stop$ = new Subject<StopReason>()
  const ran = await run(runtime, task, stop$, (event) => {
    if (event.type === at) stop$.next(reason)
  })
  expect(stop$.observed).toBe(false)
  return ran
}

describe('a stop', () => {
  it('ends an endless loop', async () => {
    const { runtime, temporary } = externalOfTest()
    const { outcome } = await stopped(runtime, spin, { at: 'started' })
    expect(outcome).toStrictEqual({ kind: 'stopped', results: '' })
    expect(readdirSync(temporary)).toStrictEqual([])
  })

  it('keeps what stdout held', async () => {
    const { runtime } = externalOfTest()
    const { outcome } = await stopped(runtime, { binary: fixture('speak'), name: 'wait' })
    expect(outcome).toStrictEqual({ kind: 'stopped', results: 'said on stdout' })
  })

  it('sends SIGTERM first', async () => {
    const { runtime } = externalOfTest({ program: program('asked.sh') })
    const { outcome } = await stopped(runtime, script)
    expect(outcome).toStrictEqual({ kind: 'stopped', results: 'waiting\nasked\n' })
  })

  it('ends a group that ignores it, including a grandchild', async () => {
    const { runtime } = externalOfTest({ program: program('stubborn.sh') })
    const { outcome } = await stopped(runtime, script, { reason: 'shutdown' })
    if (outcome.kind !== 'failed') throw new Error(outcome.kind)
    expect(outcome.error).toBe('interrupted by the shutdown of the proplet')
    const pids = pidsIn(outcome.results)
    expect(pids).toHaveLength(2)
    await vi.waitUntil(() => !pids.some(isAlive))
  })

  it('before the start of the runtime prevents it', async () => {
    const { runtime, temporary } = externalOfTest({ program: program('show.sh') })
    const stop$ = new Subject<StopReason>()
    const ran = run(runtime, script, stop$)
    stop$.next('stopped')
    expect((await ran).events).toStrictEqual([
      { type: 'ended', outcome: { kind: 'stopped', results: '' }, runMs: 0 },
    ])
    expect(readdirSync(temporary)).toStrictEqual([])
  })
})

it('ends silently when nobody listens any more', async () => {
  const { runtime, temporary } = externalOfTest({ program: program('stubborn.sh') })
  const events: RunEvent[] = []
  const pids = await new Promise<readonly number[]>((resolve) => {
    const subscription = new Subscription()
    subscription.add(
      runtime.run(request(script), new Subject<StopReason>()).subscribe((event) => {
        events.push(event)
        if (event.type !== 'output') return
        subscription.unsubscribe()
        resolve(pidsIn(textOf(event)))
      }),
    )
  })
  await vi.waitUntil(() => !pids.some(isAlive) && readdirSync(temporary).length === 0)
  expect(events.map(({ type }) => type)).toStrictEqual(['started', 'output'])
})

it('ends what a runtime leaves behind, without waiting for it', async () => {
  const { runtime } = externalOfTest({ program: program('leaves-behind.sh') })
  const { outcome } = await run(runtime, script)
  if (outcome.kind !== 'completed') throw new Error(outcome.kind)
  await vi.waitUntil(() => !pidsIn(outcome.results).some(isAlive))
})

it('ends all processes when the runtime is closed', async () => {
  const { runtime, temporary } = externalOfTest({ program: program('stubborn.sh') })
  const { outcome } = await run(runtime, script, undefined, (event) => {
    if (event.type === 'output') void runtime.close()
  })
  if (outcome.kind !== 'failed') throw new Error(outcome.kind)
  expect(outcome.code).toBe('shutdown')
  await runtime.close()
  expect(readdirSync(temporary)).toStrictEqual([])
})

describe('a limit', () => {
  it('of time', async () => {
    const { runtime } = externalOfTest({ program: program('stubborn.sh'), timeoutMs: 100 })
    const { outcome } = await run(runtime, script)
    expect(outcome).toMatchObject({ code: 'timeout', error: 'time limit of 100ms exceeded' })
  })

  it.each([
    ['stdout', '_start'],
    ['stderr', 'errors'],
  ])('of output, on %s', async (stream, name) => {
    const { runtime } = externalOfTest({ outputMaxBytes: 10_000 })
    const { outcome } = await run(runtime, { binary: fixture('flood'), name })
    if (outcome.kind !== 'failed') throw new Error(outcome.kind)
    expect(outcome.code).toBe('output')
    expect(outcome.error).toContain(`output limit of 9.766 KiB exceeded on ${stream}`)
    expect(outcome.results).toBe(stream === 'stdout' ? 'x'.repeat(10_000) : '')
  })

  it('of memory, of all its processes', async () => {
    const { runtime } = externalOfTest({ program: program('hungry.sh'), memoryMaxBytes: MIB })
    const { outcome } = await run(runtime, script)
    expect(outcome).toMatchObject({
      code: 'memory',
      error: expect.stringMatching(/^memory limit of 1 MiB exceeded: the runtime uses [\d.]+ MiB$/) as string,
    })
  })
})

describe('a daemon', () => {
  it('is started, may write more than the limit, and is stopped', async () => {
    const { runtime } = externalOfTest({ outputMaxBytes: 10 })
    const stop$ = new Subject<StopReason>()
    let ticks = 0
    const task = { binary: fixture('ticker'), daemon: true }
    const { outcome, events } = await run(runtime, task, stop$, (event) => {
      if (event.type === 'output' && (ticks += 1) === 5) stop$.next('stopped')
    })
    expect(outcome).toStrictEqual({ kind: 'stopped', results: 'tick\ntick\n' })
    expect(events[0]).toStrictEqual({ type: 'started', compileMs: 0 })
  })
})

it.each([
  ['SEGV', 'runtime', 'the guest was killed by SIGSEGV'],
  ['KILL', 'memory', 'the guest was killed, most likely because the machine ran out of memory'],
])('says that it was killed by SIG%s', async (signal, code, error) => {
  const { runtime } = externalOfTest({ program: program('crash.sh') })
  const { outcome } = await run(runtime, { ...script, inputs: [signal] })
  expect(outcome).toStrictEqual({ kind: 'failed', code, error, results: '' })
})

it('reports that the program no longer exists', async () => {
  const { runtime } = externalOfTest({ program: '/nowhere/wasmtime' })
  const { outcome } = await run(runtime, script)
  expect(outcome).toMatchObject({
    kind: 'failed',
    error: expect.stringContaining('/nowhere/wasmtime: No such file or directory') as string,
  })
})
