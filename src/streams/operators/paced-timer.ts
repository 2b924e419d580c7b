import {
  defer,
  distinctUntilChanged,
  finalize,
  NEVER,
  switchMap,
  take,
  timer,
  type Observable,
  type SchedulerLike,
} from 'rxjs'

/**
 * Emits 0 and completes after this many milliseconds of a clock that runs at the latest pace: 1 is real time, 0 stops the clock.
 * `pace$` begins with the current pace.
 */
export const pacedTimer = (ms: number, pace$: Observable<number>, clock: SchedulerLike): Observable<0> =>
  defer(() => {
    let leftMs = ms
    const rest = (pace: number) =>
      defer(() => {
        const from = clock.now()
        return timer(leftMs / pace, clock).pipe(finalize(() => (leftMs -= (clock.now() - from) * pace)))
      })
    return pace$.pipe(
      distinctUntilChanged(),
      switchMap((pace) => (pace === 0 ? NEVER : rest(pace))),
      take(1),
    )
  })
