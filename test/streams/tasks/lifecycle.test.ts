import { EMPTY, map, merge, NEVER, throwError, type Observable } from 'rxjs'
import type { Context } from 'rxjs-marbles'
import { describe, it } from 'vitest'
import type { TaskEvent } from '../../../src/model/task-event.js'
import { lifecycle, type LifecycleDeps } from '../../../src/streams/tasks/lifecycle.js'
import { shutdown } from '../../../src/streams/tasks/shutdown.js'
import { marbles } from '../../support/marbles.js'
import { completed, endOf, failed, stopped } from '../../support/model.js'

const at = { receivedAt: 5 }

const events: Record<string, TaskEvent> = {
  f: { type: 'fetching', id: 't', image: 'img', attempt: 1 },
  r: { type: 'running', id: 't' },
  e: endOf('t', completed('30'), at),
  x: endOf('t', stopped(), at),
  n: endOf('t', failed('shutdown', 'task not started: the proplet is shutting down'), at),
  b: endOf('t', failed('binary', 'no such image'), at),
  u: endOf('t', failed('runtime', 'the task ended without an outcome'), at),
  // reasons that a run received
  k: { type: 'warning', id: 't', message: 'stopped' },
  d: { type: 'warning', id: 't', message: 'shutdown' },
}

type Given = Partial<Pick<LifecycleDeps, 'lasting' | 'stop$'>> & { readonly end$?: Observable<unknown> }

/** The deadline of a shutdown is 10 ms after it begins. */
const lifeOf = (m: Context, run: LifecycleDeps['run'], { end$ = NEVER, ...given }: Given = {}) =>
  lifecycle({
    origin: { id: 't', receivedAt: 5 },
    lasting: false,
    run,
    stop$: NEVER,
    shutdown$: shutdown(end$, { graceMs: 10, clock: m.scheduler }),
    ...given,
  })

/** A run that emits each reason to end, and continues. */
const telling =
  (run$: Observable<TaskEvent>): LifecycleDeps['run'] =>
  (reason$) =>
    merge(run$, reason$.pipe(map((message): TaskEvent => ({ type: 'warning', id: 't', message }))))

describe('lifecycle', () => {
  it(
    'passes on a run to its end, then unsubscribes',
    marbles((m) => {
      const run = m.cold('f-r-e-r', events)
      const subs = '      ^---!'
      m.expect(lifeOf(m, () => run)).toBeObservable('f-r-(e|)', events)
      m.expect(run).toHaveSubscriptions(subs)
    }),
  )

  it(
    'ends a waiting task at a stop or a shutdown, and unsubscribes from it',
    marbles((m) => {
      const run = m.cold('   f-----', events)
      const subs = '         ^---!'
      const end$ = m.hot('   ----x')
      const stop$ = m.hot('  ----s', { s: 'stopped' as const })
      m.expect(lifeOf(m, () => run, { stop$ })).toBeObservable('f---(x|)', events)
      m.expect(lifeOf(m, () => run, { end$ })).toBeObservable('f---(n|)', events)
      m.expect(run).toHaveSubscriptions([subs, subs])
    }),
  )

  it(
    'passes a stop to a run at once, and a shutdown at its deadline, unless it is lasting',
    marbles((m) => {
      const run = telling(m.cold('r', events))
      const end$ = m.hot('   ----x')
      const stop$ = m.hot('  ----s', { s: 'stopped' as const })
      m.expect(lifeOf(m, run, { stop$, end$ })).toBeObservable('        r---k', events)
      m.expect(lifeOf(m, run, { end$ })).toBeObservable('               r--- 10ms d', events)
      m.expect(lifeOf(m, run, { end$, lasting: true })).toBeObservable('r---d', events)
    }),
  )

  it(
    'ends once, even if the run fails, throws, or ends without an outcome',
    marbles((m) => {
      const failing = m.cold('f-#', events, new Error('no such image'))
      const thrown = () => {
        throw new Error('no such image')
      }
      m.expect(lifeOf(m, () => failing)).toBeObservable('f-(b|)', events)
      m.expect(lifeOf(m, thrown)).toBeObservable('(b|)', events)
      m.expect(lifeOf(m, () => throwError(() => new Error('no such image')))).toBeObservable('(b|)', events)
      m.expect(lifeOf(m, () => EMPTY)).toBeObservable('(u|)', events)
    }),
  )

  it(
    'runs without end, and ends with its subscriber',
    marbles((m) => {
      const run = m.cold('r-----', events)
      m.expect(
        lifeOf(m, () => run),
        '^---!',
      ).toBeObservable('r---', events)
      m.expect(run).toHaveSubscriptions('^---!')
    }),
  )
})
