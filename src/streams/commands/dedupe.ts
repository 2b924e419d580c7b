import {
  concat,
  concatMap,
  connect,
  ignoreElements,
  map,
  merge,
  mergeMap,
  of,
  scan,
  takeUntil,
  takeWhile,
  tap,
  timer,
  type Observable,
  type OperatorFunction,
  type SchedulerLike,
} from 'rxjs'
import type { Received, StartCommand, StopCommand } from '../../model/command.js'
import type { TaskEvent } from '../../model/task-event.js'
import { feedBack } from '../operators/feed-back.js'
import { ofType } from '../operators/of-type.js'
import { routeByKey } from '../operators/route-by-key.js'
import { FREE, stepLife, type Life, type LifeEffect, type LifeInput, type LifeNews } from './life.js'

/**
 * How to run one task, and the clock that bounds redeliveries.
 *
 * @example
 * ```ts
 * const dedupeDeps: DedupeDeps = { task: run, clock: asyncScheduler }
 * ```
 */
export type DedupeDeps = {
  /** The life of one task. `stop$` emits when its stop command arrives. */
  readonly task: (start: Received<StartCommand>, stop$: Observable<'stopped'>) => Observable<TaskEvent>
  readonly clock: SchedulerLike
}

/**
 * The same start within this many milliseconds is a redelivery, even if the task has already ended: a broker or Manager may
 * deliver a start twice within 20 ms (spec/wire.md, trap 10).
 *
 * @example
 * ```ts
 * const isOver$ = timer(REDELIVERY_MS, asyncScheduler)
 * ```
 */
export const REDELIVERY_MS = 25

/** No further commands come. */
const CLOSED = { type: 'closed' } as const

type Lives = {
  /** By ID, for IDs in use. */
  readonly taken: Map<string, Life>
  readonly isClosed: boolean
  readonly effects: readonly LifeEffect[]
}

const step = ({ taken, isClosed }: Lives, input: LifeInput | typeof CLOSED): Lives => {
  if (input.type === 'closed') return { taken, isClosed: true, effects: [] }
  const { life, effects } = stepLife(taken.get(input.id) ?? FREE, input)
  if (life.state === 'free') taken.delete(input.id)
  else taken.set(input.id, life)
  return { taken, isClosed, effects }
}

/** Carries out the effects, and feeds their outcome back. */
const perform =
  ({ task, clock }: DedupeDeps, feed: (news: LifeNews) => void) =>
  (effect$: Observable<LifeEffect>): Observable<TaskEvent> => {
    const stopsOf = routeByKey(effect$.pipe(ofType('stop')), ({ id }) => id)
    const leavesOf = routeByKey(effect$.pipe(ofType('leave')), ({ id }) => id)
    const run = (start: Received<StartCommand>): Observable<TaskEvent> => {
      const { id, latent } = start
      const stop$ = stopsOf(id).pipe(map(() => 'stopped' as const))
      const run$ = merge(
        task(start, stop$).pipe(tap({ complete: () => feed({ type: 'task-ended', id }) })),
        timer(REDELIVERY_MS, clock).pipe(
          takeUntil(stop$),
          tap(() => feed({ type: 'redelivery-over', id })),
          ignoreElements(),
        ),
      )
      return latent ? run$.pipe(takeUntil(leavesOf(id))) : run$
    }
    return merge(
      effect$.pipe(
        ofType('tell'),
        map(({ event }) => event),
      ),
      effect$.pipe(
        ofType('begin'),
        mergeMap(({ start }) => run(start)),
      ),
    )
  }

/**
 * Runs one task per ID and routes each stop to its task. A start is a duplicate while its ID is running, and the same start
 * within `REDELIVERY_MS` of the first. A stop frees the ID: a later start waits only until the stopped task has ended. A latent task
 * is idle, so a start with its ID replaces it. `stepLife` decides; this does what it says.
 *
 * @example
 * ```ts
 * const events$ = start$.pipe(dedupe({ task: run, clock: asyncScheduler }))
 * ```
 */
export const dedupe =
  (deps: DedupeDeps): OperatorFunction<Received<StartCommand | StopCommand>, TaskEvent> =>
  (command$) =>
    concat(command$, of(CLOSED)).pipe(
      feedBack((input$: Observable<LifeInput | typeof CLOSED>, feed: (news: LifeNews) => void) =>
        input$.pipe(
          scan(step, { taken: new Map(), isClosed: false, effects: [] }),
          takeWhile(({ taken, isClosed }) => !isClosed || taken.size > 0, true),
          concatMap(({ effects }) => effects),
          connect(perform(deps, feed)),
        ),
      ),
    )
