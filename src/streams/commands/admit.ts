import { BehaviorSubject, catchError, defer, finalize, of, type Observable } from 'rxjs'
import type { InvokeCommand, Received, StartCommand } from '../../model/command.js'
import type { FailureCode } from '../../model/outcome.js'
import type { TaskEvent } from '../../model/task-event.js'
import { refusal, type Origin } from '../../model/ended.js'
import { messageOf } from '../../model/message-of.js'

/**
 * Limits on concurrent work, and any further reason to refuse a task.
 *
 * @example
 * ```ts
 * const limits: AdmitDeps = { maxTasks: 12, maxDaemons: 4, maxLatent: 16, refuse: () => undefined }
 * ```
 */
export type AdmitDeps = {
  /** Concurrent tasks and invocations, whether they run, wait or fetch; more are refused. */
  readonly maxTasks: number
  /** Concurrent daemons, which do not count as tasks. */
  readonly maxDaemons: number
  /** Latent tasks, ready or not, which do not count as tasks. */
  readonly maxLatent: number
  /** Why to refuse a task regardless of limits. */
  readonly refuse: (command: Received<StartCommand | InvokeCommand>) => Refusal | undefined
}

/**
 * Why a task is refused; the reason goes to the Manager.
 *
 * @example
 * ```ts
 * const refusal: Refusal = { code: 'unsupported', reason: 'this proplet runs no daemons' }
 * ```
 */
export type Refusal = { readonly code: FailureCode; readonly reason: string }

/**
 * Admits or refuses work, and counts what is under way.
 *
 * @example
 * ```ts
 * const idle = ({ underWay$ }: Admission) => underWay$.pipe(filter((count) => count === 0))
 * ```
 */
export type Admission = {
  /** Runs the task if there is room; otherwise it ends at once with a failure that says why. */
  readonly admit: (
    command: Received<StartCommand | InvokeCommand>,
    task: () => Observable<TaskEvent>,
  ) => Observable<TaskEvent>
  /** Whether an admitted task with this ID has not ended. */
  readonly isUnderWay: (id: string) => boolean
  /** Why there is no room for a command; undefined if there is. */
  readonly whyFull: (command: StartCommand | InvokeCommand) => Refusal | undefined
  /** The number of admitted tasks of all kinds that have not ended; replays the current number. */
  readonly underWay$: Observable<number>
}

/**
 * The end of a task that was refused.
 *
 * @example
 * ```ts
 * const event = refusalOf(start, { code: 'overloaded', reason: 'the queue is full' })
 * ```
 */
export const refusalOf = (origin: Origin, { code, reason }: Refusal): TaskEvent =>
  refusal(origin, code, `task refused: ${reason}`)

type Kind = 'task' | 'daemon' | 'latent'

const kindOf = (command: StartCommand | InvokeCommand): Kind => {
  if (command.type === 'invoke') return 'task'
  if (command.latent) return 'latent'
  return command.daemon ? 'daemon' : 'task'
}

/**
 * Bounds the work under way: RxJS has no backpressure of its own.
 *
 * @example
 * ```ts
 * const admission = createAdmission({ maxTasks: 12, maxDaemons: 4, maxLatent: 16, refuse: () => undefined })
 * const events$ = admission.admit(start, () => run(start, stop$))
 * ```
 */
export const createAdmission = ({ maxTasks, maxDaemons, maxLatent, refuse }: AdmitDeps): Admission => {
  const underWay = new BehaviorSubject(0)
  const counts: Record<Kind, number> = { task: 0, daemon: 0, latent: 0 }
  const caps: Readonly<Record<Kind, { readonly max: number; readonly what: string }>> = {
    task: { max: maxTasks, what: 'tasks are running or waiting' },
    daemon: { max: maxDaemons, what: 'daemons are running' },
    latent: { max: maxLatent, what: 'latent tasks are deployed' },
  }

  const ids = new Map<string, number>()

  const whyFull = (command: StartCommand | InvokeCommand): Refusal | undefined => {
    const kind = kindOf(command)
    const { max, what } = caps[kind]
    return counts[kind] < max ? undefined : { code: 'overloaded', reason: `${max} ${what} already` }
  }
  const count = (command: StartCommand | InvokeCommand, by: 1 | -1) => {
    const { id } = command
    counts[kindOf(command)] += by
    const withId = (ids.get(id) ?? 0) + by
    if (withId > 0) ids.set(id, withId)
    else ids.delete(id)
    underWay.next(underWay.value + by)
  }

  return {
    underWay$: underWay.asObservable(),
    isUnderWay: (id) => ids.has(id),
    whyFull,
    admit: (command, task) =>
      defer(() => {
        const refused = whyFull(command) ?? refuse(command)
        if (refused !== undefined) return of(refusalOf(command, refused))
        count(command, 1)
        return defer(task).pipe(finalize(() => count(command, -1)))
      }).pipe(catchError((error: unknown) => of(refusal(command, 'runtime', messageOf(error))))),
  }
}
