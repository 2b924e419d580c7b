import {
  combineLatest,
  concat,
  distinctUntilChanged,
  map,
  of,
  startWith,
  switchMap,
  throttleTime,
  timer,
  type Observable,
  type SchedulerLike,
} from 'rxjs'
import type { Inflow } from '../../model/connection.js'

/** How long after a message more are assumed to follow, in milliseconds. */
const GAP_MS = 2000
/** Messages within this time count as one, so that a thousand per second do not need a thousand timers. Milliseconds. */
const THROTTLE_MS = 250

/**
 * What the broker is sending, beginning with the current state.
 *
 * @param isLarge$ whether a large message is being received, beginning with the current state
 */
export const inflowOf = (
  isLarge$: Observable<boolean>,
  message$: Observable<unknown>,
  clock: SchedulerLike,
): Observable<Inflow> => {
  const isFlowing$ = message$.pipe(
    throttleTime(THROTTLE_MS, clock, { leading: true, trailing: true }),
    switchMap(() => concat(of(true), timer(GAP_MS, clock).pipe(map(() => false)))),
    startWith(false),
    distinctUntilChanged(),
  )
  return combineLatest([isLarge$, isFlowing$]).pipe(
    map(([isLarge, isFlowing]): Inflow => {
      if (isLarge) return 'large'
      return isFlowing ? 'messages' : 'none'
    }),
    distinctUntilChanged(),
  )
}
