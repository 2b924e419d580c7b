import { Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { RunEvent, StopReason } from '../../../src/model/runtime.js'
import { fixture, ISOLATIONS, MIB, run, runtimeOfTest } from './harness.js'

describe.each(ISOLATIONS)('a daemon task (%s)', (isolation) => {
  it('reports its start before it runs, and ends when it exits', async () => {
    const runtime = await runtimeOfTest({ isolation })
    const { events, outcome } = await run(runtime, {
      binary: fixture('ticker'),
      name: 'thrice',
      daemon: true,
    })
    expect(events[0]?.type).toBe('started')
    expect(outcome).toStrictEqual({ kind: 'completed', results: 'tick\ntick\ntick\n' })
  })

  it('that fails reports how', async () => {
    const runtime = await runtimeOfTest({ isolation })
    const { outcome } = await run(runtime, { binary: fixture('ticker'), name: 'fail', daemon: true })
    expect(outcome).toStrictEqual({
      kind: 'failed',
      code: 'exit',
      error: 'exited with status 3',
      results: 'tick\n',
    })
  })

  it('outlives the time limit and the output limit until it is stopped', async () => {
    const timeoutMs = 200
    const runtime = await runtimeOfTest({ isolation, timeoutMs, outputMaxBytes: 12 })
    const stop$ = new Subject<StopReason>()
    const startedAt = performance.now()
    const { outcome } = await run(runtime, { binary: fixture('ticker'), daemon: true }, stop$, (event) => {
      if (event.type === 'output' && performance.now() - startedAt > 2 * timeoutMs) stop$.next('stopped')
    })
    expect(outcome).toStrictEqual({ kind: 'stopped', results: 'tick\ntick\nti' })
  })

  it('that floods stdout is slowed down', async () => {
    const runtime = await runtimeOfTest({ isolation })
    const stop$ = new Subject<StopReason>()
    let bytes = 0
    let startedAt = 0
    const count = (event: RunEvent) => {
      if (event.type === 'started') startedAt = performance.now()
      if (event.type !== 'output') return
      bytes += event.data.length
      if (bytes > 4 * MIB) stop$.next('stopped')
    }
    await run(runtime, { binary: fixture('flood'), daemon: true }, stop$, count)
    // Without the limit on throughput these take about 20 ms.
    expect(performance.now() - startedAt).toBeGreaterThan(200)
    expect(bytes).toBeLessThan(8 * MIB)
  })
})
