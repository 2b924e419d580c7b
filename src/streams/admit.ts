import { BehaviorSubject, catchError, defer, finalize, of, type Observable } from 'rxjs'
import type { Received, StartCommand } from '../model/command.js'
import type { FailureCode } from '../model/outcome.js'
import type { TaskEvent } from '../model/task-event.js'
import { messageOf, refusal } from './ended.js'

export type AdmitDeps = {
  /** Tasks that run, wait or fetch at once; beyond it they are refused. */
  readonly maxTasks: number
  /** Daemons at once; they take no place of the others. */
  readonly maxDaemons: number
  /** Why a task can't be taken, whatever the caps say. */
  readonly refuse: (start: StartCommand) => Refusal | undefined
}

export type Refusal = { readonly code: FailureCode; readonly reason: string }

export type Admission = {
  /** Runs the task if there is room for it; else it ends at once, with a failure that says why. */
  readonly admit: (start: Received<StartCommand>, task: () => Observable<TaskEvent>) => Observable<TaskEvent>
  /** How many tasks and daemons have been admitted and have not ended; replays the current number. */
  readonly underWay$: Observable<number>
}

/** Bounds what is under way, as RxJS has no backpressure of its own. */
export const createAdmission = ({ maxTasks, maxDaemons, refuse }: AdmitDeps): Admission => {
  const underWay = new BehaviorSubject(0)
  let daemons = 0

  const reasonToRefuse = (start: StartCommand): Refusal | undefined => {
    const full = (reason: string): Refusal => ({ code: 'overloaded', reason })
    if (start.daemon && daemons >= maxDaemons) return full(`${maxDaemons} daemons are running already`)
    if (!start.daemon && underWay.value - daemons >= maxTasks)
      return full(`${maxTasks} tasks are running or waiting already`)
    return refuse(start)
  }
  const count = (start: StartCommand, by: 1 | -1) => {
    if (start.daemon) daemons += by
    underWay.next(underWay.value + by)
  }

  return {
    underWay$: underWay.asObservable(),
    admit: (start, task) =>
      defer(() => {
        const refused = reasonToRefuse(start)
        if (refused !== undefined) return of(refusal(start, refused.code, `task refused: ${refused.reason}`))
        count(start, 1)
        return defer(task).pipe(finalize(() => count(start, -1)))
      }).pipe(catchError((error: unknown) => of(refusal(start, 'runtime', messageOf(error))))),
  }
}
