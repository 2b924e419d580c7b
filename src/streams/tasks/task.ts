import { concat, mergeMap, of, type Observable } from 'rxjs'
import type { Binary } from '../../model/binary.js'
import type { Received, StartCommand } from '../../model/command.js'
import type { TaskEvent, TaskProgress } from '../../model/task-event.js'
import type { StopReason } from '../../model/runtime.js'
import { lifecycle, type LifecycleDeps } from './lifecycle.js'

/**
 * How to acquire and execute the binary of a task, and the shutdown.
 *
 * @example
 * ```ts
 * const taskDeps: TaskDeps = { acquire: acquireBinary, execute: runBinary, shutdown$ }
 * ```
 */
export type TaskDeps = {
  readonly acquire: (start: StartCommand) => Observable<TaskProgress>
  readonly execute: (
    start: Received<StartCommand>,
    binary: Binary,
    stop$: Observable<StopReason>,
  ) => Observable<TaskEvent>
  readonly shutdown$: LifecycleDeps['shutdown$']
}

/**
 * The life of one accepted task: acquire its binary, execute it, and end exactly once.
 *
 * @example
 * ```ts
 * const events$ = task({ acquire: acquireBinary, execute: runBinary, shutdown$ })(start, NEVER)
 * ```
 */
export const task =
  ({ acquire, execute, shutdown$ }: TaskDeps) =>
  (start: Received<StartCommand>, stop$: Observable<'stopped'>): Observable<TaskEvent> => {
    const { id } = start
    const run: LifecycleDeps['run'] = (reason$) =>
      acquire(start).pipe(
        mergeMap((progress): Observable<TaskEvent> => {
          const event = of<TaskEvent>({ ...progress, id })
          return progress.type === 'fetched' ? concat(event, execute(start, progress.binary, reason$)) : event
        }),
      )
    return concat(
      of<TaskEvent>({ type: 'accepted', id, start }),
      lifecycle({ origin: start, lasting: start.daemon || start.latent, run, stop$, shutdown$ }),
    )
  }
