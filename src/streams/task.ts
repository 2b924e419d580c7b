import {
  BehaviorSubject,
  catchError,
  combineLatest,
  concat,
  defer,
  filter,
  map,
  merge,
  mergeMap,
  of,
  ReplaySubject,
  share,
  take,
  takeWhile,
  tap,
  type Observable,
} from 'rxjs'
import type { Binary } from '../model/binary.js'
import type { Received, StartCommand } from '../model/command.js'
import type { Outcome } from '../model/outcome.js'
import type { TaskEvent, TaskProgress } from '../model/task-event.js'
import type { StopReason } from '../runtime/runtime.js'
import { ended, failure, messageOf } from './ended.js'
import type { Shutdown } from './shutdown.js'

export type TaskDeps = {
  readonly acquire: (start: StartCommand) => Observable<TaskProgress>
  readonly execute: (
    start: Received<StartCommand>,
    binary: Binary,
    stop$: Observable<StopReason>,
  ) => Observable<TaskEvent>
  /** Replays where the shutdown stands. */
  readonly shutdown$: Observable<Shutdown>
}

const endedEarly = (reason: StopReason): Outcome =>
  reason === 'stopped'
    ? { kind: 'stopped', results: '' }
    : failure('shutdown', 'task not started: the proplet is shutting down')

/**
 * The life of one accepted task: acquire the binary, execute it, and end exactly once. A stop takes effect in every
 * phase. A shutdown lets a task that runs go on until the deadline; one that waits, a daemon and a server it ends at once.
 */
export const task =
  ({ acquire, execute, shutdown$ }: TaskDeps) =>
  (start: Received<StartCommand>, stop$: Observable<'stopped'>): Observable<TaskEvent> =>
    defer(() => {
      const { id } = start
      let running = false
      const isDaemon$ = new BehaviorSubject(start.daemon)
      const reason$ = merge(
        stop$,
        combineLatest([shutdown$, isDaemon$]).pipe(
          filter(([stage, isDaemon]) => stage === 'deadline' || isDaemon || !running),
          map(() => 'shutdown' as const),
        ),
      ).pipe(take(1), share({ connector: () => new ReplaySubject<StopReason>(1), resetOnComplete: false }))

      const executed$ = defer(() => acquire(start)).pipe(
        mergeMap((progress): Observable<TaskEvent> => {
          const event = of<TaskEvent>({ ...progress, id })
          return progress.type === 'fetched' ? concat(event, execute(start, progress.binary, reason$)) : event
        }),
        tap((event) => {
          if (event.type === 'running') running = true
          if (event.type === 'announced') isDaemon$.next(true)
        }),
        catchError((error: unknown) => of(ended(start, failure('binary', messageOf(error))))),
      )
      // So that a port that breaks its contract and just completes does not leave the task unanswered.
      const unanswered$ = of(ended(start, failure('runtime', 'the task ended without an outcome')))
      const stoppedEarly$ = reason$.pipe(
        filter(() => !running),
        map((reason) => ended(start, endedEarly(reason))),
      )
      return concat(
        of<TaskEvent>({ type: 'accepted', id, start }),
        merge(stoppedEarly$, concat(executed$, unanswered$)).pipe(
          takeWhile(({ type }) => type !== 'ended', true),
        ),
      )
    })
