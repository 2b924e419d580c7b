import {
  bufferCount,
  concat,
  connect,
  distinctUntilChanged,
  endWith,
  filter,
  ignoreElements,
  map,
  of,
  switchMap,
  takeUntil,
  timer,
  type Observable,
  type SchedulerLike,
} from 'rxjs'

/**
 * When events count as dense.
 *
 * @example
 * ```ts
 * const often: BusyOptions = { events: 20, withinMs: 1000, quietMs: 2000, clock: asyncScheduler }
 * ```
 */
export type BusyOptions = {
  /** So many events within `withinMs` milliseconds are dense. */
  readonly events: number
  readonly withinMs: number
  /** Milliseconds without dense events after which it is quiet. */
  readonly quietMs: number
  readonly clock: SchedulerLike
}

/**
 * Whether events are dense: true once they are, false once they were not for a while, and so on. Completes with its source.
 *
 * @example
 * ```ts
 * const busy$ = task$.pipe(busy({ events: 20, withinMs: 1000, quietMs: 2000, clock: asyncScheduler }))
 * ```
 */
export const busy =
  ({ events, withinMs, quietMs, clock }: BusyOptions) =>
  (event$: Observable<unknown>): Observable<boolean> =>
    event$.pipe(
      connect((each$) =>
        each$.pipe(
          map(() => clock.now()),
          bufferCount(events, 1),
          filter((times) => times.length === events && (times.at(-1) ?? 0) - (times[0] ?? 0) <= withinMs),
          switchMap(() => concat(of(true), timer(quietMs, clock).pipe(map(() => false)))),
          distinctUntilChanged(),
          takeUntil(each$.pipe(ignoreElements(), endWith(undefined))),
        ),
      ),
    )
