import {
  concatMap,
  debounceTime,
  defer,
  groupBy,
  map,
  mergeMap,
  of,
  timer,
  type OperatorFunction,
  type SchedulerLike,
} from 'rxjs'
import type { Publication } from '../model/publication.js'
import type { Result } from './result.js'

/**
 * Holds each result until `holdMs` after its command was received, and never longer than `holdMs`. The Manager
 * publishes a start and only then writes "Running" from a stale copy: a result that lands in between is lost
 * (spec/wire.md, trap 1). Results of one task stay in order, however late the timers run.
 */
export const hold = (holdMs: number, clock: SchedulerLike): OperatorFunction<Result, Publication> => {
  const held = ({ publication, receivedAt }: Result) =>
    defer(() => {
      // The clock may be set back while the task runs.
      const waitMs = Math.min(receivedAt + holdMs - clock.now(), holdMs)
      return waitMs > 0 ? timer(waitMs, clock).pipe(map(() => publication)) : of(publication)
    })
  return (result$) =>
    result$.pipe(
      groupBy(({ id }) => id, { duration: (ofOne$) => ofOne$.pipe(debounceTime(holdMs, clock)) }),
      mergeMap((ofOne$) => ofOne$.pipe(concatMap(held))),
    )
}
