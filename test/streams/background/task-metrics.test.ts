import { NEVER, of, type Observable } from 'rxjs'
import type { Context } from 'rxjs-marbles'
import { describe, expect, it } from 'vitest'
import type { MonitoringProfile } from '../../../src/model/command.js'
import type { Publication } from '../../../src/model/publication.js'
import type { TaskEvent } from '../../../src/model/task-event.js'
import type { TaskSample } from '../../../src/model/task-sample.js'
import { taskMetrics, type TaskSampler } from '../../../src/streams/background/task-metrics.js'
import { marbles } from '../../support/marbles.js'
import { completed, endOf, ofInvocation, start } from '../../support/model.js'

const profile = (given: Partial<MonitoringProfile>): MonitoringProfile => ({
  enabled: undefined,
  intervalMs: undefined,
  collectCpu: undefined,
  collectMemory: undefined,
  collectDiskIo: undefined,
  collectThreads: undefined,
  collectFileDescriptors: undefined,
  exportToMqtt: undefined,
  retainHistory: undefined,
  historySize: undefined,
  ...given,
})

const accepted = (id: string, given: Parameters<typeof start>[1] = {}): TaskEvent => ({
  type: 'accepted',
  id,
  start: start(id, given),
})

const each100 = { monitoringProfile: profile({ intervalMs: 100 }) }
const events: Record<string, TaskEvent> = {
  a: accepted('t', each100),
  b: accepted('u', each100),
  d: accepted('t'),
  D: accepted('t', { daemon: true }),
  l: accepted('t', { latent: true }),
  f: accepted('t', { monitoringProfile: profile({ enabled: false }) }),
  x: accepted('t', { monitoringProfile: profile({ exportToMqtt: false }) }),
  r: { type: 'replaced', id: 't' },
  s: { type: 'started', id: 't', compileMs: 1 },
  S: { type: 'started', id: 'u', compileMs: 1 },
  i: ofInvocation('t', 'one', { type: 'started', compileMs: 1 }),
  e: endOf('t', completed('')),
  E: endOf('u', completed('')),
}

const sample = (cpuPercent: number): TaskSample => ({
  cpuPercent,
  memoryBytes: 1000,
  memoryPercent: 1,
  diskReadBytes: 10,
  diskWriteBytes: 20,
  uptimeSeconds: 1,
  threadCount: 2,
  fileDescriptorCount: 3,
})
const samples = { z: sample(50) }

type Given = {
  readonly sampler?: (id: string) => TaskSampler
  readonly onError?: (error: unknown) => void
}

const metricsOf = (
  m: Context,
  event$: Observable<TaskEvent>,
  { sampler = () => () => of(sample(50)), onError = () => undefined }: Given = {},
) => event$.pipe(taskMetrics({ propletId: 'p1', sampler, onError, clock: m.scheduler }))

const publication = (id: string, ms: number, count: number): Publication => ({
  subtopic: 'control/proplet/task_metrics',
  key: id,
  payload: {
    task_id: id,
    proplet_id: 'p1',
    metrics: {
      cpu_percent: 50,
      memory_bytes: 1000,
      memory_percent: 1,
      disk_read_bytes: 10,
      disk_write_bytes: 20,
      uptime_seconds: 1,
      thread_count: 2,
      file_descriptor_count: 3,
    },
    aggregated: {
      avg_cpu_usage: 50,
      max_cpu_usage: 50,
      avg_memory_usage: 1000,
      max_memory_usage: 1000,
      total_disk_read: 10,
      total_disk_write: 20,
      sample_count: count,
    },
    timestamp: new Date(ms).toISOString(),
  },
  keep: 'latest',
})

describe('taskMetrics', () => {
  it(
    'publishes nothing for a silent or empty source, and passes on an error',
    marbles((m) => {
      m.expect(metricsOf(m, NEVER)).toBeObservable('-')
      m.expect(metricsOf(m, m.cold('--|'))).toBeObservable('--|')
      m.expect(metricsOf(m, m.cold('--#'))).toBeObservable('--#')
    }),
  )

  it(
    'samples a task soon after its start, and at each interval until it ends',
    marbles((m) => {
      const source = m.hot('a 9ms s 299ms e 500ms a--|', events)
      const expected = '    110ms a 99ms b    ------- 596ms |'
      const figures = { a: publication('t', 110, 1), b: publication('t', 210, 2) }
      // The third sample would be taken at 310 ms, but the task has ended.
      m.expect(metricsOf(m, source)).toBeObservable(expected, figures)
    }),
  )
  it(
    'samples tasks separately, and starts again with a restarted task',
    marbles((m) => {
      const samplers: string[] = []
      const sampler = (id: string) => {
        samplers.push(id)
        return () => of(sample(50))
      }
      const source = m.hot('(ab) 6ms s 49ms S 69ms e 30ms (ase) 15ms a 9ms s 99ms - (eE|)', events)
      const output = metricsOf(m, source, { sampler })
      const seen: string[] = []
      output.subscribe(({ key, payload }) =>
        seen.push(
          `${m.scheduler.now()} ${key ?? ''} ${JSON.stringify(payload).includes('"sample_count":1') ? 'first' : 'later'}`,
        ),
      )
      m.flush()
      expect(samplers).toStrictEqual(['t', 'u', 't', 't'])
      expect(seen).toStrictEqual(['110 t first', '160 u first', '260 u later', '291 t first'])
    }),
  )

  it(
    'never takes two samples of a task at a time, and skips intervals while one takes long',
    marbles((m) => {
      const slow = m.cold('150ms (z|)', samples)
      const source = m.hot('(as) 496ms -', events)
      const expected = '    250ms a 199ms b'
      m.expect(metricsOf(m, source, { sampler: () => () => slow }), '^ 520ms !').toBeObservable(expected, {
        a: publication('t', 250, 1),
        b: publication('t', 450, 2),
      })
      m.expect(slow).toHaveSubscriptions(['100ms ^ 149ms !', '300ms ^ 149ms !', '500ms ^ 20ms !'])
    }),
  )

  it(
    'cancels the current sample when the task ends, and on unsubscription',
    marbles((m) => {
      const never = m.cold('-', samples)
      const source = m.hot('a 9ms s 119ms e', events)
      m.expect(metricsOf(m, source, { sampler: () => () => never })).toBeObservable('-')
      const left = m.cold('-', samples)
      const running = m.hot('(as)', events)
      m.expect(metricsOf(m, running, { sampler: () => () => left }), '^ 149ms !').toBeObservable('-')
      m.expect(never).toHaveSubscriptions('110ms ^ 19ms !')
      m.expect(left).toHaveSubscriptions('100ms ^ 49ms !')
      m.expect(running).toHaveSubscriptions('^ 149ms !')
    }),
  )

  it(
    'skips a sample that fails, throws, or is empty, and continues',
    marbles((m) => {
      const reported: unknown[] = []
      const turns = [
        () => m.cold<TaskSample>('#', undefined, new Error('failing')),
        () => {
          throw new Error('throwing')
        },
        () => of(undefined),
        () => of(sample(50)),
      ]
      const sampler = () => () => turns.shift()?.() ?? NEVER
      const output = metricsOf(m, m.hot('(as)', events), {
        sampler,
        onError: (error) => reported.push(error),
      })
      m.expect(output, '^ 500ms !').toBeObservable('400ms a', { a: publication('t', 400, 1) })
      m.flush()
      expect(reported).toStrictEqual([new Error('failing'), new Error('throwing')])
    }),
  )

  for (const [what, timeline] of [
    ['is not started', 'a 9ms e'],
    ['ends before the first sample', '(ase)'],
    ['was refused', 'e'],
    ['turns it off', '(fs)'],
    ['exports nothing', '(xs)'],
    ['is latent', '(ls)'],
    ['is replaced', '(asr)'],
    ['is latent, and invoked', '(li)'],
  ] as const)
    it(
      `publishes nothing for a task that ${what}`,
      marbles((m) => {
        m.expect(metricsOf(m, m.hot(timeline, events)), '^ 300s !').toBeObservable('-')
      }),
    )

  it(
    'samples tasks together that started at different times',
    marbles((m) => {
      const taken: [string, number][] = []
      const sampler = (id: string) => () => {
        taken.push([id, m.scheduler.now()])
        return of(undefined)
      }
      const second = { monitoringProfile: profile({ intervalMs: 1000 }) }
      const two = { ...events, a: accepted('t', second), b: accepted('u', second) }
      const event$ = m.hot('(as) 696ms (bS)', two)
      m.expect(metricsOf(m, event$, { sampler }), '^ 3s !').toBeObservable('-')
      m.flush()
      expect(taken).toStrictEqual([
        ['t', 100],
        ['u', 800],
        ['t', 1000],
        ['u', 2000],
        ['t', 2000],
        ['u', 3000],
        ['t', 3000],
      ])
    }),
  )

  for (const [what, timeline, times] of [
    ['standard', '(ds)', [100, 10_000, 20_000]],
    ['daemon', '(Ds)', [100, 120_000]],
  ] as const)
    it(
      `uses the profile ${what} for a task without one`,
      marbles((m) => {
        const taken: number[] = []
        const sampler = () => () => {
          taken.push(m.scheduler.now())
          return of(undefined)
        }
        m.expect(metricsOf(m, m.hot(timeline, events), { sampler }), '^ 130s !').toBeObservable('-')
        m.flush()
        expect(taken.slice(0, times.length)).toStrictEqual(times)
      }),
    )

  it(
    'completes at once if tasks are not monitored',
    marbles((m) => {
      const off = { propletId: 'p1', sampler: undefined, onError: () => undefined, clock: m.scheduler }
      m.expect(m.hot('(as)', events).pipe(taskMetrics(off))).toBeObservable('|')
    }),
  )

  it(
    'publishes only what the profile asks for',
    marbles((m) => {
      const bare = profile({
        intervalMs: 100,
        collectCpu: false,
        collectMemory: false,
        collectDiskIo: false,
        collectThreads: false,
        collectFileDescriptors: false,
        retainHistory: false,
      })
      const source = m.hot('(as)', { ...events, a: accepted('t', { monitoringProfile: bare }) })
      const told: string[] = []
      metricsOf(m, source).subscribe(({ payload }) => told.push(JSON.stringify(payload)))
      m.expect(source, '^ 150ms !').toBeObservable('(as)', {
        ...events,
        a: accepted('t', { monitoringProfile: bare }),
      })
      m.scheduler.maxFrames = 150
      m.flush()
      expect(told).toStrictEqual([
        '{"task_id":"t","proplet_id":"p1","metrics":{"uptime_seconds":1},"aggregated":null,"timestamp":"1970-01-01T00:00:00.100Z"}',
      ])
    }),
  )
})
