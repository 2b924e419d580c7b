import {
  defer,
  EMPTY,
  finalize,
  ignoreElements,
  merge,
  mergeMap,
  of,
  Subject,
  takeUntil,
  timer,
  type Observable,
  type OperatorFunction,
  type SchedulerLike,
} from 'rxjs'
import type { Received, StartCommand, StopCommand } from '../model/command.js'
import type { TaskEvent } from '../model/task-event.js'

export type DedupeDeps = {
  /** The life of one task. `stop$` emits when its stop command arrives. */
  readonly task: (start: Received<StartCommand>, stop$: Observable<'stopped'>) => Observable<TaskEvent>
  readonly clock: SchedulerLike
}

/** A broker or Manager may deliver a start twice within 20 ms (spec/wire.md, trap 10), when a fast task has ended. */
export const REDELIVERY_MS = 25

/**
 * Runs one task an id, and leads each stop to the task that it names. A start of an id that is running is a duplicate,
 * and so is one that arrives before `REDELIVERY_MS` are over; a stop frees the id as soon as the task has ended.
 */
export const dedupe = ({
  task,
  clock,
}: DedupeDeps): OperatorFunction<Received<StartCommand | StopCommand>, TaskEvent> => {
  return (command$) =>
    defer(() => {
      const active = new Map<string, Subject<'stopped'>>()
      return command$.pipe(
        mergeMap((command): Observable<TaskEvent> => {
          const { id } = command
          const running = active.get(id)
          if (command.type === 'stop') {
            if (running === undefined) return of({ type: 'unknown-stop', id })
            running.next('stopped')
            return EMPTY
          }
          if (running !== undefined) return of({ type: 'duplicate', id })
          const stop = new Subject<'stopped'>()
          active.set(id, stop)
          const redelivery$ = timer(REDELIVERY_MS, clock).pipe(ignoreElements(), takeUntil(stop))
          return merge(task(command, stop.asObservable()), redelivery$).pipe(
            finalize(() => active.delete(id)),
          )
        }),
      )
    })
}
