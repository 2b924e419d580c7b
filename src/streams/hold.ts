import { map, mergeMap, of, timer, type Observable, type OperatorFunction, type SchedulerLike } from 'rxjs'
import type { Publication } from '../model/publication.js'
import type { Result } from './result.js'

/**
 * Holds each result until `holdMs` after its command was received. The Manager publishes a start and only then writes
 * "Running" from a stale copy: a result that lands in between is lost (spec/wire.md, trap 1).
 */
export const hold = (holdMs: number, clock: SchedulerLike): OperatorFunction<Result, Publication> =>
  mergeMap(({ publication, receivedAt }): Observable<Publication> => {
    const waitMs = receivedAt + holdMs - clock.now()
    return waitMs > 0 ? timer(waitMs, clock).pipe(map(() => publication)) : of(publication)
  })
