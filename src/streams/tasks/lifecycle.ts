import {
  BehaviorSubject,
  catchError,
  combineLatest,
  concat,
  defer,
  filter,
  map,
  merge,
  of,
  ReplaySubject,
  share,
  take,
  takeWhile,
  tap,
  type Observable,
} from 'rxjs'
import type { Outcome } from '../../model/outcome.js'
import type { TaskEvent } from '../../model/task-event.js'
import type { StopReason } from '../../model/runtime.js'
import { ended, failure, type Origin } from '../../model/ended.js'
import type { Shutdown } from './shutdown.js'
import { messageOf } from '../../model/message-of.js'

/**
 * What runs, and what can end it.
 *
 * @example
 * ```ts
 * const lifecycleDeps: LifecycleDeps = {
 *   origin: start,
 *   lasting: start.daemon,
 *   run: (reason$) => runBinary(start, binary, reason$),
 *   stop$: NEVER,
 *   shutdown$,
 * }
 * ```
 */
export type LifecycleDeps = {
  readonly origin: Origin
  /** Runs until it is stopped, like anything `announced`, so a shutdown ends it at once. */
  readonly lasting: boolean
  /** Emits `ended` on its own once it has emitted `running`; before that, unsubscribing ends it. */
  readonly run: (reason$: Observable<StopReason>) => Observable<TaskEvent>
  readonly stop$: Observable<'stopped'>
  /** Replays the current stage of the shutdown. */
  readonly shutdown$: Observable<Shutdown>
}

const endedEarly = (reason: StopReason): Outcome =>
  reason === 'stopped'
    ? { kind: 'stopped', results: '' }
    : failure('shutdown', 'task not started: the proplet is shutting down')

/**
 * Runs something to exactly one `ended`. A stop takes effect in every phase. A shutdown lets running work continue until the
 * deadline, and ends waiting and lasting work at once.
 *
 * @example
 * ```ts
 * const events$ = lifecycle({
 *   origin: start,
 *   lasting: false,
 *   run: (reason$) => runBinary(start, binary, reason$),
 *   stop$: NEVER,
 *   shutdown$,
 * })
 * ```
 */
export const lifecycle = ({ origin, lasting, run, stop$, shutdown$ }: LifecycleDeps): Observable<TaskEvent> =>
  defer(() => {
    let running = false
    const lasts$ = new BehaviorSubject(lasting)
    const reason$ = merge(
      stop$,
      combineLatest([shutdown$, lasts$]).pipe(
        filter(([stage, lasts]) => stage === 'deadline' || lasts || !running),
        map(() => 'shutdown' as const),
      ),
    ).pipe(take(1), share({ connector: () => new ReplaySubject<StopReason>(1), resetOnComplete: false }))

    const executed$ = defer(() => run(reason$)).pipe(
      tap((event) => {
        if (event.type === 'running') running = true
        if (event.type === 'announced') lasts$.next(true)
      }),
      catchError((error: unknown) => of(ended(origin, failure('binary', messageOf(error))))),
    )
    // A port that breaks its contract and just completes must not leave the task unanswered.
    const unanswered$ = of(ended(origin, failure('runtime', 'the task ended without an outcome')))
    const stoppedEarly$ = reason$.pipe(
      filter(() => !running),
      map((reason) => ended(origin, endedEarly(reason))),
    )
    return merge(stoppedEarly$, concat(executed$, unanswered$)).pipe(
      takeWhile(({ type }) => type !== 'ended', true),
    )
  })
