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

/** Emits 0 and completes after this long in total, in milliseconds, of which `isBusy$` is false. It begins with the current state. */
export const idleTimer = (ms: number, isBusy$: Observable<boolean>, clock: SchedulerLike): Observable<0> =>
  defer(() => {
    let leftMs = ms
    const idle$ = defer(() => {
      const from = clock.now()
      return timer(leftMs, clock).pipe(finalize(() => (leftMs -= clock.now() - from)))
    })
    return isBusy$.pipe(
      distinctUntilChanged(),
      switchMap((isBusy) => (isBusy ? NEVER : idle$)),
      take(1),
    )
  })
