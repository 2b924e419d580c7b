import { describe, expect, it } from 'vitest'
import { Scheduler } from '../../../link/async/scheduler.js'

const call = () => {
  const seen: unknown[] = []
  return {
    seen,
    failed: (error: unknown) => void seen.push(error),
    idle: () => void seen.push('idle'),
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('the scheduler', () => {
  it('detects a deadlock', async () => {
    const scheduler = new Scheduler()
    const open = call()
    scheduler.open(open)
    await turn()
    expect(open.seen).toStrictEqual(['idle'])
  })

  it('waits for pending host work before it reports a deadlock', async () => {
    const scheduler = new Scheduler()
    const open = call()
    let finish: (job: () => void) => void = () => undefined
    scheduler.outside((done) => {
      finish = done
      return () => undefined
    })
    scheduler.open(open)
    await turn()
    expect(open.seen).toStrictEqual([])
    finish(() => open.seen.push('job'))
    await turn()
    await turn()
    expect(open.seen).toStrictEqual(['job', 'idle'])
  })

  it('accepts the end of host work once, and ignores it afterwards', async () => {
    const scheduler = new Scheduler()
    const seen: string[] = []
    let finish: (job: () => void) => void = () => undefined
    const cancel = scheduler.outside((done) => {
      finish = done
      return () => seen.push('taken back')
    })
    cancel()
    cancel()
    finish(() => seen.push('job'))
    await turn()
    expect(seen).toStrictEqual(['taken back'])
  })

  it('ends when a job fails: all calls get the error, and nothing more runs', async () => {
    const scheduler = new Scheduler()
    const calls = [call(), call()]
    const seen: string[] = []
    for (const each of calls) scheduler.open(each)
    scheduler.outside(() => () => seen.push('taken back'))
    const error = new Error('why')
    scheduler.later(() => {
      throw error
    })
    scheduler.later(() => seen.push('job'))
    await turn()
    scheduler.later(() => seen.push('late job'))
    await turn()
    expect([calls.map((each) => each.seen), seen]).toStrictEqual([[[error], [error]], ['taken back']])
    expect(() => scheduler.open(call())).toThrow(/trapped/)
  })

  it('does nothing more once it is stopped', async () => {
    const scheduler = new Scheduler()
    const open = call()
    const seen: string[] = []
    scheduler.open(open)
    scheduler.nextTurn(() => seen.push('turn'))
    scheduler.later(() => seen.push('job'))
    scheduler.stop()
    await turn()
    await turn()
    expect([seen, open.seen]).toStrictEqual([[], []])
  })

  it('lets timers run between endless jobs', async () => {
    const scheduler = new Scheduler()
    let jobs = 0
    let isOver = false
    const again = () => {
      jobs += 1
      if (!isOver) scheduler.later(() => queueMicrotask(again))
    }
    again()
    await turn()
    isOver = true
    expect(jobs).toBeGreaterThan(1)
  })
})
