import { firstValueFrom, filter, Subject, take, toArray, lastValueFrom } from 'rxjs'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { RunEvent, Runtime, StopReason } from '../../../../src/model/runtime.js'
import { add, fixture, ISOLATIONS, OF_CHILDREN, request, run, runtimeOfTest } from '../harness.js'

const spin = { binary: fixture('hostile'), name: 'spin' }

/** Starts a task that runs until the end of the test; resolves once it uses the processor. */
async function started(runtime: Runtime, id: string): Promise<void> {
  const stop$ = new Subject<StopReason>()
  const events$ = new Subject<RunEvent>()
  const isStarted = firstValueFrom(events$.pipe(filter(({ type }) => type === 'started')))
  const ended = lastValueFrom(events$.pipe(toArray()))
  runtime.run({ ...request(spin), id }, stop$.pipe(take(1))).subscribe(events$)
  onTestFinished(async () => {
    stop$.next('stopped')
    await ended
  })
  await isStarted
}

const linux = describe.runIf(process.platform === 'linux')

linux.each(ISOLATIONS)('the usage of a task with isolation by %s', (isolation) => {
  it('is that of the task alone, and grows', async () => {
    const runtime = await runtimeOfTest({ isolation, metered: true })
    await started(runtime, 'spinning')
    await expect.poll(() => runtime.usage?.('spinning')?.cpuSeconds).toBeGreaterThan(0.05)
    const usage = runtime.usage?.('spinning')
    expect(usage?.diskReadBytes).toBeGreaterThanOrEqual(0)
    expect(usage?.diskWriteBytes).toBeGreaterThanOrEqual(0)
    // The kernel accounts in ticks of 10 ms.
    expect(usage?.cpuSeconds).toBeLessThanOrEqual((usage?.elapsedMs ?? 0) / 1000 + 0.02)
    expect(runtime.usage?.('another')).toBeUndefined()
  })

  it('does not include what the guest used before', async () => {
    const runtime = await runtimeOfTest({ isolation, metered: true, warm: 1, maxIdle: 1 })
    await run(runtime, { ...add, id: 'before' })
    expect(runtime.usage?.('before')).toBeUndefined()
    await started(runtime, 'after')
    const usage = runtime.usage?.('after')
    // Booting alone takes more than this; two ticks may have begun.
    expect(usage?.cpuSeconds).toBeLessThanOrEqual((usage?.elapsedMs ?? 0) / 1000 + 0.02)
  })
})

linux('the usage of a task', () => {
  it('includes memory, threads and descriptors of a child process', async () => {
    const runtime = await runtimeOfTest({ isolation: OF_CHILDREN, metered: true })
    await started(runtime, 'spinning')
    const usage = runtime.usage?.('spinning')
    expect(usage?.memoryBytes).toBeGreaterThan(10e6)
    expect(usage?.threads).toBeGreaterThan(1)
    expect(usage?.fileDescriptors).toBeGreaterThan(3)
  })

  it('omits what belongs to all threads', async () => {
    const runtime = await runtimeOfTest({ isolation: 'thread', metered: true })
    await started(runtime, 'spinning')
    expect(runtime.usage?.('spinning')).toMatchObject({
      memoryBytes: undefined,
      threads: 1,
      fileDescriptors: undefined,
    })
  })

  it('is not measured unless requested', async () => {
    const runtime = await runtimeOfTest()
    await started(runtime, 'spinning')
    expect(runtime.usage?.('spinning')).toBeUndefined()
  })
})
