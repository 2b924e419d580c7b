import {
  concat,
  defer,
  delay,
  filter,
  finalize,
  map,
  merge,
  NEVER,
  of,
  take,
  toArray,
  type SchedulerLike,
} from 'rxjs'
import type { Context } from 'rxjs-marbles'
import { describe, expect, it } from 'vitest'
import type { Received, StartCommand, StopCommand } from '../../../src/model/command.js'
import type { TaskEvent } from '../../../src/model/task-event.js'
import { dedupe, type DedupeDeps } from '../../../src/streams/commands/dedupe.js'
import { marbles } from '../../support/marbles.js'
import { completed, endOf, start, stop, stopped } from '../../support/model.js'

type Input = Received<StartCommand | StopCommand>

const commands = { s: start('t'), x: stop('t'), u: start('v'), y: stop('v') }

const events: Record<string, TaskEvent> = {
  r: { type: 'running', id: 't' },
  e: endOf('t', completed('30')),
  k: endOf('t', stopped()),
  d: { type: 'duplicate', id: 't' },
  o: { type: 'unknown-stop', id: 't' },
  R: { type: 'running', id: 'v' },
  K: endOf('v', stopped()),
  O: { type: 'unknown-stop', id: 'v' },
}

/** A task that runs until it is stopped, and then takes a while to end. */
const stoppable =
  (clock: SchedulerLike, dyingMs: number): DedupeDeps['task'] =>
  ({ id }, stop$) => {
    const end$ = stop$.pipe(
      take(1),
      map(() => endOf(id, stopped())),
    )
    return merge(
      of<TaskEvent>({ type: 'running', id }),
      dyingMs === 0 ? end$ : end$.pipe(delay(dyingMs, clock)),
    )
  }

const dedupeWith = (m: Context, task: DedupeDeps['task']) => dedupe({ task, clock: m.scheduler })

/** A latent task whose events contain the start that deployed it. */
const deployed =
  (m: Context): DedupeDeps['task'] =>
  (command, stop$) =>
    merge(
      of<TaskEvent>({ type: 'accepted', id: command.id, start: command }),
      stoppable(m.scheduler, 0)(command, stop$),
    ).pipe(filter(({ type }) => type !== 'running'))

const first = start('t', { latent: true })
const second = start('t', { latent: true, name: 'second' })
const plain = start('t', { name: 'plain' })
const deployments = { s: first, t: second, p: plain, x: stop('t') }
const replacements: Record<string, TaskEvent> = {
  ...events,
  s: { type: 'accepted', id: 't', start: first },
  t: { type: 'accepted', id: 't', start: second },
  p: { type: 'accepted', id: 't', start: plain },
  R: { type: 'replaced', id: 't' },
}

describe('dedupe of latent tasks', () => {
  it(
    'lets a start replace a latent task, and be replaced in turn; a stop ends the last one',
    marbles((m) => {
      const source = m.hot<Input>('s 49ms t 49ms x 49ms |', deployments)
      const expected = '           s 49ms (Rt) 46ms k 49ms |'
      m.expect(source.pipe(dedupeWith(m, deployed(m)))).toBeObservable(expected, replacements)
    }),
  )

  it(
    'treats a start that is delivered twice as a duplicate',
    marbles((m) => {
      const source = m.hot<Input>('s 19ms s 49ms t 19ms t', deployments)
      const expected = '           s 19ms d 49ms (Rt) 16ms d'
      m.expect(source.pipe(dedupeWith(m, deployed(m)))).toBeObservable(expected, replacements)
    }),
  )

  it(
    'ends the replaced task before it starts the new one, so that no slot is taken twice',
    marbles((m) => {
      const task = m.cold<TaskEvent>('-')
      const source = m.hot<Input>('s 49ms t 49ms p', deployments)
      const taskSubs = ['          ^ 49ms !', '50ms ^ 49ms !', '100ms ^']
      const log: string[] = []
      const stage = dedupeWith(m, ({ name }) =>
        defer(() => {
          log.push(`begins ${name}`)
          return task
        }).pipe(finalize(() => log.push(`left ${name}`))),
      )
      m.expect(source.pipe(stage)).toBeObservable('- 49ms R 49ms R', replacements)
      m.expect(task).toHaveSubscriptions(taskSubs)
      m.flush()
      expect(log).toStrictEqual(['begins add', 'left add', 'begins second', 'left second', 'begins plain'])
    }),
  )

  it(
    'does not let a latent task replace a running task',
    marbles((m) => {
      const source = m.hot<Input>('p 49ms s', deployments)
      const expected = '           p 49ms d'
      m.expect(source.pipe(dedupeWith(m, deployed(m)))).toBeObservable(expected, replacements)
    }),
  )
})

describe('dedupe', () => {
  it(
    'treats a start with a running ID as a duplicate, and runs it once',
    marbles((m) => {
      const task = m.cold('     r 99ms      (e|)', events)
      const source = m.hot<Input>('s 49ms s 49ms (|)', commands)
      const sourceSubs = '      ^ 99ms      !'
      const taskSubs = '        ^ 99ms      !'
      const expected = '        r 49ms d 49ms (e|)'
      m.expect(source.pipe(dedupeWith(m, () => task))).toBeObservable(expected, events)
      m.expect(source).toHaveSubscriptions(sourceSubs)
      m.expect(task).toHaveSubscriptions(taskSubs)
    }),
  )

  it(
    'runs an ID again when its task has ended, as recurring tasks reuse one ID (trap 9)',
    marbles((m) => {
      const task = m.cold('        r 48ms (e|)', events)
      const source = m.hot<Input>('s 49ms s 99ms |', commands)
      const taskSubs = ['          ^ 48ms !', ' 50ms ^ 48ms !']
      const expected = '           r 48ms e r 48ms e 50ms |'
      m.expect(source.pipe(dedupeWith(m, () => task))).toBeObservable(expected, events)
      m.expect(task).toHaveSubscriptions(taskSubs)
    }),
  )

  it(
    'begins another order with the ID of a task that has just ended, and recognises the redelivery of that',
    marbles((m) => {
      const task = m.cold('        3ms (e|)', events)
      const source = m.hot<Input>('s 9ms n 19ms n 9ms |', { ...commands, n: start('t', { name: 'next' }) })
      const taskSubs = ['          ^--!', '10ms ^--!']
      const expected = '           3ms e 9ms e 16ms d 9ms |'
      m.expect(source.pipe(dedupeWith(m, () => task))).toBeObservable(expected, events)
      m.expect(task).toHaveSubscriptions(taskSubs)
    }),
  )

  it(
    'treats a redelivery within 20 ms as a duplicate although its fast task has ended (trap 10), and then frees the ID',
    marbles((m) => {
      const task = m.cold('        3ms (e|)', events)
      const source = m.hot<Input>('s 19ms s 5ms (s|)', commands)
      const taskSubs = ['          ^--!', '26ms ^--!']
      const expected = '           3ms e 16ms d 8ms e 21ms |'
      m.expect(source.pipe(dedupeWith(m, () => task))).toBeObservable(expected, events)
      m.expect(task).toHaveSubscriptions(taskSubs)
    }),
  )

  it(
    'passes a stop right after the start to the task',
    marbles((m) => {
      const source = m.hot<Input>('(sx)|', commands)
      const subs = '               ^---!'
      const expected = '           (rk)|'
      m.expect(source.pipe(dedupeWith(m, stoppable(m.scheduler, 0)))).toBeObservable(expected, events)
      m.expect(source).toHaveSubscriptions(subs)
    }),
  )

  it(
    'passes each stop only to the task that it names',
    marbles((m) => {
      const source = m.hot<Input>('su-y---x|', commands)
      const expected = '           rR-K---k|'
      m.expect(source.pipe(dedupeWith(m, stoppable(m.scheduler, 0)))).toBeObservable(expected, events)
    }),
  )

  it(
    'runs the second start of start, stop, start in one frame',
    marbles((m) => {
      const source = m.hot<Input>('(sxs)x|', commands)
      const expected = '           (rkr)k|'
      m.expect(source.pipe(dedupeWith(m, stoppable(m.scheduler, 0)))).toBeObservable(expected, events)
    }),
  )

  it(
    'lets a start that follows a stop wait until the stopped task has ended',
    marbles((m) => {
      const source = m.hot<Input>('(sxs)  45ms (x|)', commands)
      const subs = '               ^----- 44ms !'
      const expected = '           r 9ms (kr) 46ms (k|)'
      m.expect(source.pipe(dedupeWith(m, stoppable(m.scheduler, 10)))).toBeObservable(expected, events)
      m.expect(source).toHaveSubscriptions(subs)
    }),
  )

  it(
    'lets only one start wait; the next is a duplicate',
    marbles((m) => {
      const source = m.hot<Input>('(sxss) 44ms (x|)', commands)
      const expected = '           (rd) 6ms (kr) 46ms (k|)'
      m.expect(source.pipe(dedupeWith(m, stoppable(m.scheduler, 10)))).toBeObservable(expected, events)
    }),
  )

  it(
    'treats a start as a duplicate if the one that waited is running by now',
    marbles((m) => {
      const source = m.hot<Input>('(sxs) 15ms s 19ms (x|)', commands)
      const expected = '           r 9ms (kr) 6ms d 29ms (k|)'
      m.expect(source.pipe(dedupeWith(m, stoppable(m.scheduler, 10)))).toBeObservable(expected, events)
    }),
  )

  it(
    'stops a waiting start at once, without running it, and lets another one wait',
    marbles((m) => {
      const source = m.hot<Input>('(sxsxs) 43ms (x|)', commands)
      const expected = '           (rk) 6ms (kr) 46ms (k|)'
      m.expect(source.pipe(dedupeWith(m, stoppable(m.scheduler, 10)))).toBeObservable(expected, events)
    }),
  )

  it(
    'runs a waiting start after its source has completed',
    marbles((m) => {
      const task = m.cold('        - 29ms (e|)', events)
      const source = m.hot<Input>('(sxs|)', commands)
      const taskSubs = ['          ^ 29ms !', '30ms ^ 29ms !']
      const expected = '           30ms e 29ms (e|)'
      m.expect(source.pipe(dedupeWith(m, () => task))).toBeObservable(expected, events)
      m.expect(task).toHaveSubscriptions(taskSubs)
    }),
  )

  it(
    'frees the ID at a stop that arrives after a fast task has ended',
    marbles((m) => {
      const task = m.cold('        3ms (e|)', events)
      const source = m.hot<Input>('s 9ms (xs) 96ms |', commands)
      const taskSubs = ['          ^--!', '10ms ^--!']
      const expected = '           3ms e 9ms e 96ms |'
      m.expect(source.pipe(dedupeWith(m, () => task))).toBeObservable(expected, events)
      m.expect(task).toHaveSubscriptions(taskSubs)
    }),
  )

  it(
    'reports a stop for an ID that never ran, ran elsewhere, or has ended',
    marbles((m) => {
      const source = m.hot<Input>('xs 9ms x-x-y--|', commands)
      const expected = '           or 9ms k-o-O--|'
      m.expect(source.pipe(dedupeWith(m, stoppable(m.scheduler, 0)))).toBeObservable(expected, events)
    }),
  )

  it(
    'forgets a thousand IDs whose tasks have ended: each runs again',
    marbles((m) => {
      const starts = Array.from({ length: 1000 }, (_, index) => start(`t${index}`))
      const pause = m.cold<Input>('- 29ms |')
      const source = concat(of(...starts), pause, of(...starts))
      const task: DedupeDeps['task'] = ({ id }) => of(endOf(id, completed('')))
      const types$ = source.pipe(
        dedupeWith(m, task),
        map(({ type }) => type),
        toArray(),
      )
      const all = new Array<TaskEvent['type']>(2000).fill('ended')
      m.expect(types$).toBeObservable('55ms (a|)', { a: all })
    }),
  )

  it(
    'stays silent or completes with its source',
    marbles((m) => {
      const never = m.hot<Input>('-')
      const empty = m.cold<Input>('|')
      m.expect(never.pipe(dedupeWith(m, () => NEVER)), '^--!').toBeObservable('-')
      m.expect(never).toHaveSubscriptions('^--!')
      m.expect(empty.pipe(dedupeWith(m, () => NEVER))).toBeObservable('|')
      m.expect(empty).toHaveSubscriptions('(^!)')
    }),
  )

  it(
    'fails with its source, and unsubscribes from the tasks',
    marbles((m) => {
      const task = m.cold('        r------', events)
      const source = m.hot<Input>('-s--#', commands)
      const taskSubs = '           -^--!'
      const expected = '           -r--#'
      m.expect(source.pipe(dedupeWith(m, () => task))).toBeObservable(expected, events)
      m.expect(task).toHaveSubscriptions(taskSubs)
    }),
  )

  it(
    'unsubscribes from its source and every task',
    marbles((m) => {
      const task = m.cold('        ------', events)
      const source = m.hot<Input>('-s-u-----', commands)
      const subs = '               ^----!'
      const taskSubs = ['          -^---!', '---^-!']
      m.expect(source.pipe(dedupeWith(m, () => task)), subs).toBeObservable('------')
      m.expect(source).toHaveSubscriptions(subs)
      m.expect(task).toHaveSubscriptions(taskSubs)
    }),
  )

  it(
    'shares no IDs with an earlier subscription',
    marbles((m) => {
      const task = m.cold('        r-----', events)
      const source = m.hot<Input>('s---s-', commands)
      const first = '              ^--!'
      const second = '             ---^--!'
      const stage$ = source.pipe(dedupeWith(m, () => task))
      m.expect(stage$, first).toBeObservable('r', events)
      m.expect(stage$, second).toBeObservable('----r', events)
      m.expect(task).toHaveSubscriptions(['^--!', '----^-!'])
    }),
  )

  it(
    'fails, and unsubscribes from its source, if a task throws',
    marbles((m) => {
      const source = m.hot<Input>('-s-', commands)
      const subs = '               ^!'
      const broken = () => {
        throw new Error('broken task')
      }
      m.expect(source.pipe(dedupeWith(m, broken))).toBeObservable('-#', events, new Error('broken task'))
      m.expect(source).toHaveSubscriptions(subs)
    }),
  )
})
