import {
  defer,
  EMPTY,
  finalize,
  map,
  mergeMap,
  of,
  repeat,
  timer,
  type Observable,
  type ObservableInput,
  type OperatorFunction,
  type SchedulerLike,
} from 'rxjs'
import type { Publication } from '../../model/publication.js'
import type { Result } from '../../model/result.js'

/**
 * Holds each result until `resultHoldMs` after its command was received, but never longer than `resultHoldMs`. The Manager
 * publishes a start and only then writes "Running" from a stale copy, so a result in between is lost (spec/wire.md, trap 1).
 * Results of one task stay in order, however late the timers fire.
 *
 * @example
 * ```ts
 * const publication$ = task$.pipe(result('proplet-1'), hold(150, asyncScheduler))
 * ```
 */
export const hold = (resultHoldMs: number, clock: SchedulerLike): OperatorFunction<Result, Publication> => {
  // The clock may be set back while the task runs.
  const waitMs = ({ receivedAt }: Result) => Math.min(receivedAt + resultHoldMs - clock.now(), resultHoldMs)
  const held = (result: Result): Observable<Publication> => {
    const ms = waitMs(result)
    return ms > 0 ? timer(ms, clock).pipe(map(() => result.publication)) : of(result.publication)
  }
  const inOrder = (queue: Result[]): Observable<Publication> =>
    defer(() => {
      const next = queue.shift()
      return next === undefined ? EMPTY : held(next)
    }).pipe(repeat({ delay: () => (queue.length === 0 ? EMPTY : of(true)) }))

  return (result$) =>
    defer(() => {
      const queues = new Map<string, Result[]>()
      return result$.pipe(
        mergeMap((result): ObservableInput<Publication> => {
          const { id } = result
          const queue = queues.get(id)
          if (queue !== undefined) {
            queue.push(result)
            return EMPTY
          }
          if (waitMs(result) <= 0) return [result.publication]
          const begun = [result]
          queues.set(id, begun)
          return inOrder(begun).pipe(finalize(() => queues.delete(id)))
        }),
      )
    })
}
