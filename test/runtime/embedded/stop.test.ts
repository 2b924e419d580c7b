import { map, NEVER, Subject, of, take, toArray, firstValueFrom, timer } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { RunEvent, StopReason } from '../../../src/model/runtime.js'
import { add, fixture, ISOLATIONS, request, run, runtimeOfTest, thirty } from './harness.js'

const spin = { binary: fixture('hostile'), name: 'spin' }

describe.each(ISOLATIONS)('a stop (%s)', (isolation) => {
  /** Stops the task at its first event of this type. */
  async function stopAt(
    type: RunEvent['type'],
    task: Parameters<typeof run>[1],
    reason: StopReason = 'stopped',
  ) {
    const runtime = await runtimeOfTest({ isolation })
    const stop$ = new Subject<StopReason>()
    let isStopped = false
    const ran = await run(runtime, task, stop$, (event) => {
      if (event.type !== type || isStopped) return
      isStopped = true
      stop$.next(reason)
    })
    expect(stop$.observed).toBe(false)
    return { ...ran, runtime }
  }

  it.each([
    ['an endless loop', spin],
    ['an endless memory.fill', { binary: fixture('hostile'), name: 'fill' }],
    ['a sleep', { binary: fixture('ticker') }],
    // `bench/stop.mjs` measures how soon.
  ])('ends %s', async (_what, task) => {
    const { outcome, runtime } = await stopAt('started', task)
    expect(outcome.kind).toBe('stopped')
    expect((await run(runtime, add)).outcome).toStrictEqual(thirty)
  })

  it('keeps what stdout held', async () => {
    const { outcome } = await stopAt('output', { binary: fixture('speak'), name: 'wait' })
    expect(outcome).toStrictEqual({ kind: 'stopped', results: 'said on stdout' })
  })

  it('of a shutdown is a failure that says so', async () => {
    const { outcome } = await stopAt('started', spin, 'shutdown')
    expect(outcome).toStrictEqual({
      kind: 'failed',
      code: 'shutdown',
      error: 'interrupted by the shutdown of the proplet',
      results: '',
    })
  })

  it('that precedes the task ends it before it starts', async () => {
    const runtime = await runtimeOfTest({ isolation })
    const { events } = await run(runtime, spin, of<StopReason>('stopped'))
    expect(events).toStrictEqual([{ type: 'ended', outcome: { kind: 'stopped', results: '' }, runMs: 0 }])
  })

  it('ends a task that waits for a guest', async () => {
    const runtime = await runtimeOfTest({ isolation, warm: 0 })
    const stop$ = new Subject<StopReason>()
    const ended = run(runtime, spin, stop$)
    stop$.next('stopped')
    expect((await ended).outcome).toStrictEqual({ kind: 'stopped', results: '' })
  })

  it('has no effect once the task has ended, and the first of two counts', async () => {
    const runtime = await runtimeOfTest({ isolation })
    const stop$ = new Subject<StopReason>()
    const { outcome } = await run(runtime, spin, stop$, (event) => {
      if (event.type !== 'started') return
      stop$.next('shutdown')
      stop$.next('stopped')
    })
    expect(outcome).toMatchObject({ code: 'shutdown' })
    const ended = await run(runtime, add, stop$)
    stop$.next('stopped')
    expect(ended.outcome).toStrictEqual(thirty)
  })

  it('ends a loop in the start function, before the started event', async () => {
    const runtime = await runtimeOfTest({ isolation })
    const task = { binary: fixture('start-loop'), name: 'answer' }
    // The loop reports nothing, so the stop comes while it compiles or while it loops; both must work.
    const { events } = await run(runtime, task, timer(30).pipe(map((): StopReason => 'stopped')))
    expect(events.map((event) => event.type)).toStrictEqual(['ended'])
  })

  it('by unsubscribing is silent and frees the guest', async () => {
    const runtime = await runtimeOfTest({ isolation })
    const events = await firstValueFrom(runtime.run(request(spin), NEVER).pipe(take(1), toArray()))
    expect(events.map((event) => event.type)).toStrictEqual(['started'])
    expect((await run(runtime, add)).outcome).toStrictEqual(thirty)
  })
})
