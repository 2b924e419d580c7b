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
  const held = ({ publication, receivedAt }: Result): Observable<Publication> => {
    // The clock may be set back while the task runs.
    const waitMs = Math.min(receivedAt + resultHoldMs - clock.now(), resultHoldMs)
    return waitMs > 0 ? timer(waitMs, clock).pipe(map(() => publication)) : of(publication)
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
        mergeMap((result) => {
          const { id } = result
          const queue = queues.get(id)
          if (queue !== undefined) {
            queue.push(result)
            return EMPTY
          }
          const begun = [result]
          queues.set(id, begun)
          return inOrder(begun).pipe(finalize(() => queues.delete(id)))
        }),
      )
    })
}
