import { Subject } from 'rxjs'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Run } from '../../../../src/model/step.js'
import type { InvocationEvent, TaskEvent } from '../../../../src/model/task-event.js'
import { phases } from '../../../../src/streams/observe/phases.js'
import { toRow } from '../../../../src/streams/observe/view/entry.js'
import { createLatencies } from '../../../../src/streams/observe/view/latency.js'
import { createTails } from '../../../../src/streams/observe/view/tails.js'
import { createTasks, type Tasks } from '../../../../src/streams/observe/view/tasks.js'
import {
  binary,
  bytes,
  completed,
  endOf,
  failed,
  invoke,
  ofInvocation,
  start,
  stopped,
} from '../../../support/model.js'

let now: number
let tasks: Tasks
let event$: Subject<TaskEvent>
/** The run of the last step. */
let run: Run
let latencies: ReturnType<typeof createLatencies>

const begin = (maxEnded = 10) => {
  now = 0
  latencies = createLatencies(4)
  tasks = createTasks({
    latencies,
    tails: createTails({ tailBytes: 1024, tailsBytes: 4096 }),
    maxEnded,
    now: () => now,
  })
  event$ = new Subject()
  event$.pipe(phases(() => now)).subscribe((step) => {
    run = step.run
    tasks.step(step)
  })
  event$.subscribe(tasks.take)
}
beforeEach(() => begin())

const take = (at: number, ...events: readonly TaskEvent[]) => {
  now = at
  for (const event of events) event$.next(event)
}
const rows = () => tasks.groups.shown().map(toRow)
const accepted = (id: string, over: Parameters<typeof start>[1] = {}): TaskEvent => ({
  type: 'accepted',
  id,
  start: start(id, over),
})
const image = { source: { type: 'image', image: 'img' } } as const

describe('the tasks of a view', () => {
  it('go from phase to phase, and know how long each took', () => {
    take(1, accepted('t', image), { type: 'fetching', id: 't', image: 'img', attempt: 1 })
    take(2, { type: 'chunk', id: 't', received: 1, total: 4 })
    expect(rows()).toMatchObject([{ phase: 'fetching', progress: { received: 1, total: 4 }, at: 1 }])
    take(11, { type: 'fetched', id: 't', binary: binary('b'), from: 'registry' })
    expect(rows()).toMatchObject([{ phase: 'waiting', spans: { fetch: 10 } }])
    take(31, { type: 'running', id: 't' })
    take(34, { type: 'started', id: 't', compileMs: 1 })
    expect(rows()).toMatchObject([{ phase: 'running', since: 34, progress: undefined }])
    take(74, { type: 'output', id: 't', stream: 'stdout', data: bytes('hi') }, endOf('t', completed('30')))
    tasks.delivered({ run, dueAt: 74, handedAt: 75, at: 79, isDelivered: true })
    expect(rows()).toMatchObject([
      {
        phase: 'completed',
        result: '30',
        since: 74,
        spans: { fetch: 10, queue: 20, start: 3, run: 40, publish: 5 },
      },
    ])
    expect(tasks.totals()).toStrictEqual({ running: 0, waiting: 0, completed: 1, failed: 0, stopped: 0 })
    expect(latencies.read().map(({ phase, p50 }) => [phase, p50])).toStrictEqual([
      ['fetch', 10],
      ['queue', 20],
      ['start', 3],
      ['run', 40],
      ['publish', 5],
      ['total', 73],
    ])
  })

  it('may be daemons, servers and latent tasks', () => {
    take(
      0,
      accepted('d', { daemon: true }),
      { type: 'running', id: 'd' },
      { type: 'started', id: 'd', compileMs: 1 },
    )
    take(1, { type: 'serving', id: 'd', address: '::1', port: 80 })
    take(2, { type: 'announced', id: 'd', results: 'started at port 80', receivedAt: 0 })
    take(3, accepted('l', { latent: true }), { type: 'running', id: 'l' }, { type: 'precompiled', id: 'l' })
    expect(rows()).toMatchObject([
      { id: 'd', phase: 'serving', result: 'started at port 80' },
      { id: 'l', phase: 'ready' },
    ])
    expect(tasks.groups.active()[0]?.address).toBe('[::1]:80')
    take(
      4,
      { type: 'replaced', id: 'l' },
      accepted('l', { latent: true }),
      endOf('d', stopped(), { announced: true }),
    )
    expect(rows().map(({ id, phase }) => [id, phase])).toStrictEqual([
      ['l', 'fetching'],
      ['l', 'replaced'],
      ['d', 'stopped'],
    ])
  })

  it('follow invocations by their identity', () => {
    const command = invoke('l', 'one')
    const { invocation } = command
    const own = (event: InvocationEvent): TaskEvent => ({ type: 'invocation', id: 'l', invocation, event })
    take(0, accepted('l', { latent: true }), own({ type: 'accepted', invoke: command }))
    take(5, own({ type: 'running' }), own({ type: 'output', stream: 'stderr', data: bytes('e') }))
    take(9, own(endOf('l', failed('trap', 'trap: x'))), ofInvocation('l', 'two', { type: 'duplicate' }))
    expect(rows()).toMatchObject([
      { kind: 'latent', phase: 'fetching' },
      {
        kind: 'invocation',
        invocation: 'one',
        phase: 'failed',
        code: 'trap',
        result: 'trap: x',
        name: 'add',
      },
    ])
  })

  it('distinguish a refused command from a running task of the same ID', () => {
    take(0, accepted('t'), { type: 'running', id: 't' })
    take(1, endOf('t', failed('rejected', 'command refused'), { receivedAt: 99 }))
    expect(rows()).toMatchObject([
      { id: 't', phase: 'starting' },
      { id: 't', phase: 'failed', name: '' },
    ])
    take(
      2,
      { type: 'unknown-stop', id: 'x' },
      { type: 'duplicate', id: 't' },
      { type: 'rejected', subtopic: 's', reason: 'r' },
    )
    take(3, { type: 'warning', id: 'gone', message: 'of none' })
    expect(rows()).toHaveLength(2)
    expect(latencies.read().map(({ phase }) => phase)).toStrictEqual(['queue'])
  })

  it('are forgotten beyond the number of ended tasks kept, and a limited number is shown', () => {
    begin(2)
    for (const id of ['a', 'b', 'c']) take(1, accepted(id), endOf(id, completed('')))
    expect(rows().map(({ id }) => id)).toStrictEqual(['b', 'c'])
    expect(tasks.totals().completed).toBe(3)
    for (let i = 0; i < 300; i++) take(2, accepted(`t${i}`), { type: 'running', id: `t${i}` })
    for (let i = 0; i < 300; i++) take(2, accepted(`w${i}`))
    expect(rows()).toHaveLength(200 + 100 + 2)
    expect(tasks.totals()).toMatchObject({ running: 300, waiting: 300 })
  })

  it('limit the text from outside', () => {
    const long = '\u{1f600}'.repeat(100_000)
    take(0, accepted(long, { name: long, source: { type: 'image', image: long } }))
    for (let i = 0; i < 9; i++) take(0, { type: 'warning', id: long, message: long })
    take(1, endOf(long, completed(long)))
    const [entry] = tasks.groups.shown()
    if (entry === undefined) throw new Error('no entry')
    expect(entry.warnings).toHaveLength(5)
    const { id, ...kept } = entry
    expect(id).toBe(long)
    expect(JSON.stringify(kept).length).toBeLessThan(25_000)
    expect(JSON.stringify(toRow(entry)).length).toBeLessThan(2000)
    expect(toRow(entry).id).toBe('\u{1f600}'.repeat(128))
    expect(entry.resultCut).toBe(long.length - 16_384)
  })
})

describe('latencies', () => {
  it('are those of the last ones, at the median and at 95 %', () => {
    for (let ms = 1; ms <= 6; ms++) latencies.add('run', ms)
    expect(latencies.read()).toStrictEqual([{ phase: 'run', count: 6, p50: 4, p95: 6, max: 6 }])
  })
})
