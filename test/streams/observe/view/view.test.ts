import { EMPTY, map, NEVER, of, takeUntil, timer, type Observable } from 'rxjs'
import type { Context } from 'rxjs-marbles'
import { describe, expect, it } from 'vitest'
import type { TaskEvent } from '../../../../src/model/task-event.js'
import { phases } from '../../../../src/streams/observe/phases.js'
import type { Sample } from '../../../../src/streams/observe/view/points.js'
import type { Sampler } from '../../../../src/streams/observe/view/sampling.js'
import { createView, type ViewInputs } from '../../../../src/streams/observe/view/view.js'
import { marbles } from '../../../support/marbles.js'
import { bytes, completed, endOf, start, text } from '../../../support/model.js'
import type { DetailUpdate, Facts, Update } from '../../../../src/model/view.js'

const facts: Facts = {
  propletId: 'p1',
  namespace: 'default',
  broker: 'tcp://b:1',
  runtime: 'fake',
  version: '1',
  node: 'v20',
  cores: 2,
  maxTasks: 1,
  queueMax: 1,
  startedAt: 0,
  actions: true,
  assets: 'a',
}

const sample: Sample = { cpu: 1, hostCpu: 2, memory: 3, hostMemory: 4, hostMemoryTotal: 5, tasks: new Map() }

type Given = Partial<ViewInputs> & { readonly sampler?: Sampler; readonly onError?: (error: unknown) => void }

const viewOf = (m: Context, { sampler = () => NEVER, onError = () => undefined, ...inputs }: Given = {}) => {
  m.scheduler.maxFrames = 20_000
  const view = createView({
    facts,
    sampler,
    limits: { maxEnded: 2, tailBytes: 8, tailsBytes: 1024, latencies: 4, windowMs: 8000, stallMs: 1000 },
    now: () => m.scheduler.now(),
    onError,
    clock: m.scheduler,
  })
  const task$ = inputs.task$ ?? NEVER
  const step$ = task$.pipe(phases(() => m.scheduler.now()))
  const follow$ = view.follow({ task$, step$, resultDelivery$: NEVER, connection$: NEVER, ...inputs })
  return { view, follow$ }
}

const events: Record<string, TaskEvent> = {
  a: { type: 'accepted', id: 't', start: start('t') },
  r: { type: 'running', id: 't' },
  o: { type: 'output', id: 't', stream: 'stdout', data: bytes('0123456789') },
  p: { type: 'output', id: 't', stream: 'stderr', data: bytes('e') },
  e: endOf('t', completed('30')),
}

const inShort = (update: Update): string =>
  [
    update.type,
    update.link.state,
    ...update.rows.map(({ id, phase }) => `${id}:${phase}`),
    ...(update.type === 'delta' ? update.gone.map((key) => `-${key}`) : []),
    ...(update.points.length > 0 ? [`${update.points.length} points`] : []),
  ].join(' ')

const always = () => true

/** The updates of a viewer, abbreviated. */
const watched = (view: ReturnType<typeof viewOf>['view'], isReady = always): Observable<string> =>
  view.watch(isReady).pipe(map(inShort))

describe('watch', () => {
  it(
    'begins with a snapshot, then sends changes every quarter of a second, if there are any',
    marbles((m) => {
      const task$ = m.hot('a 99ms r 299ms e', events)
      const connection$ = m.hot('600ms u', { u: { state: 'up', sessionPresent: false } as const })
      const { view, follow$ } = viewOf(m, { task$, connection$ })
      m.expect(follow$, '^ 2s !').toBeObservable('-')
      m.expect(watched(view), '50ms ^ 1950ms !').toBeObservable('50ms s 249ms r 249ms e 249ms u', {
        s: 'snapshot down t:fetching',
        r: 'delta down t:starting',
        e: 'delta down t:completed',
        u: 'delta up',
      })
    }),
  )

  it(
    'sends the same changes to all viewers, and a snapshot to a late one first',
    marbles((m) => {
      const task$ = m.hot('a 399ms r', events)
      const { view, follow$ } = viewOf(m, { task$ })
      m.expect(follow$, '^ 1s !').toBeObservable('-')
      const told: Update[] = []
      view
        .watch(always)
        .pipe(takeUntil(timer(1000, m.scheduler)))
        .subscribe((update) => told.push(update))
      m.expect(watched(view), '300ms ^ 300ms !').toBeObservable('300ms s 199ms r', {
        s: 'snapshot down t:fetching',
        r: 'delta down t:starting',
      })
      m.flush()
      expect(told.map(inShort)).toContain('delta down t:starting')
    }),
  )

  it(
    'removes rows that are no longer kept, even for late viewers',
    marbles((m) => {
      const ended = (id: string): TaskEvent => endOf(id, completed(''))
      const task$ = m.hot('(ab) 296ms c 200ms d', {
        a: ended('a'),
        b: ended('b'),
        c: ended('c'),
        d: ended('d'),
      })
      const { view, follow$ } = viewOf(m, { task$ })
      m.expect(follow$, '^ 1s !').toBeObservable('-')
      m.expect(watched(view), '^ 1s !').toBeObservable('s 249ms b 249ms c 249ms d', {
        s: 'snapshot down',
        b: 'delta down a:completed b:completed',
        c: 'delta down c:completed -1',
        d: 'delta down d:completed -2',
      })
      // This viewer joins between two updates, so it receives the third removal but not the first.
      m.expect(watched(view), '400ms ^ 600ms !').toBeObservable('400ms s 99ms c 249ms d', {
        s: 'snapshot down b:completed c:completed',
        c: 'delta down c:completed -1',
        d: 'delta down d:completed -2',
      })
    }),
  )

  it(
    'sends nothing to a slow viewer, then a snapshot, and disconnects one that stays slow',
    marbles((m) => {
      const task$ = m.hot('a 299ms r', events)
      const { view, follow$ } = viewOf(m, { task$ })
      m.expect(follow$, '^ 4s !').toBeObservable('-')
      const isReady = () => m.scheduler.now() < 200 || (m.scheduler.now() > 900 && m.scheduler.now() < 1200)
      m.expect(watched(view, isReady)).toBeObservable('a 999ms s 1499ms |', {
        a: 'snapshot down',
        s: 'snapshot down t:starting',
      })
    }),
  )
})

describe('samples', () => {
  it(
    'are taken rarely without viewers, often with one, and kept for a while',
    marbles((m) => {
      const times: number[] = []
      const sampler: Sampler = () => {
        times.push(m.scheduler.now())
        return of(sample)
      }
      const { view, follow$ } = viewOf(m, { sampler })
      m.expect(follow$, '^ 20s !').toBeObservable('-')
      m.expect(view.watch(always).pipe(map(({ points }) => points.length)), '12s ^ 2100ms !').toBeObservable(
        '12s a 249ms b 749ms c 999ms c',
        { a: 2, b: 3, c: 1 },
      )
      m.flush()
      expect(times).toStrictEqual([1000, 6000, 11_000, 12_000, 13_000, 14_000, 19_101])
    }),
  )

  it(
    'cover running tasks, only with viewers; a failed one is skipped and reported',
    marbles((m) => {
      const reported: unknown[] = []
      const asked: number[] = []
      const sampler: Sampler = (tasks) => {
        asked.push(tasks.length)
        if (asked.length === 1) throw new Error('failing')
        return of({ ...sample, tasks: new Map(tasks.map(({ key }) => [key, { cpu: 50, memory: 9 }])) })
      }
      const { view, follow$ } = viewOf(m, {
        sampler,
        task$: m.hot('(ar)', events),
        onError: (error) => reported.push(error),
      })
      m.expect(follow$, '^ 3s !').toBeObservable('-')
      const cpu$ = view.watch(always).pipe(map(({ rows }) => rows[0]?.cpu ?? 0))
      m.expect(cpu$, '2s ^ 600ms !').toBeObservable('2s a 249ms b', { a: 0, b: 50 })
      m.flush()
      expect(reported).toStrictEqual([new Error('failing')])
      expect(asked).toStrictEqual([0, 1])
    }),
  )

  it(
    'end with those who follow',
    marbles((m) => {
      const never = m.cold<Sample>('-')
      const { follow$ } = viewOf(m, { sampler: () => never, task$: EMPTY })
      m.expect(follow$, '^ 1500ms !').toBeObservable('-')
      m.expect(never).toHaveSubscriptions('1s ^ 500ms !')
    }),
  )
})

describe('detail', () => {
  const shown = ({ detail, skipped, pieces, isLast }: DetailUpdate): string =>
    [
      detail?.row.phase ?? 'none',
      ...(skipped > 0 ? [`${skipped} skipped`] : []),
      ...pieces.map(({ stream, data }) => `${stream} ${text(data)}`),
      ...(isLast ? ['last'] : []),
    ].join(', ')

  it(
    'streams the output as it arrives, omitting what is too fast, and ends with the task',
    marbles((m) => {
      const task$ = m.hot('(ar) 96ms o 199ms p 399ms e', events)
      const { view, follow$ } = viewOf(m, { task$ })
      m.expect(follow$, '^ 2s !').toBeObservable('-')
      m.expect(view.detail(1, always).pipe(map(shown)), '10ms ^').toBeObservable(
        '10ms a 249ms o 249ms p 249ms (e|)',
        {
          a: 'starting',
          o: 'starting, 2 skipped, stdout 23456789',
          p: 'starting, stderr e',
          e: 'completed, last',
        },
      )
    }),
  )

  it(
    'waits for a slow viewer, disconnects one that stays slow, and knows no unknown rows',
    marbles((m) => {
      const task$ = m.hot('(aro)', events)
      const { view, follow$ } = viewOf(m, { task$ })
      m.expect(follow$, '^ 3s !').toBeObservable('-')
      const isReady = () => m.scheduler.now() > 600 && m.scheduler.now() < 900
      m.expect(view.detail(1, isReady).pipe(map(shown)), '10ms ^').toBeObservable('760ms a 1499ms |', {
        a: 'starting, 2 skipped, stdout 23456789',
      })
      m.expect(view.detail(7, always).pipe(map(shown)), '10ms ^').toBeObservable('10ms (n|)', {
        n: 'none, last',
      })
      m.expect(view.detail(NaN, always).pipe(map(shown)), '10ms ^').toBeObservable('10ms (n|)', {
        n: 'none, last',
      })
    }),
  )

  it(
    'returns an ID to stop only for active tasks',
    marbles((m) => {
      const { view, follow$ } = viewOf(m, { task$: m.hot('a 9ms e', events) })
      m.expect(follow$, '^ 1s !').toBeObservable('-')
      m.expect(m.hot('5ms x 14ms x').pipe(map(() => view.stoppable(1) ?? 'none'))).toBeObservable(
        '5ms t 14ms n',
        {
          t: 't',
          n: 'none',
        },
      )
    }),
  )
})
