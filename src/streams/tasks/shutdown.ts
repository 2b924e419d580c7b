import {
  concat,
  map,
  of,
  ReplaySubject,
  share,
  switchMap,
  take,
  timer,
  type Observable,
  type SchedulerLike,
} from 'rxjs'

/** `draining`: nothing new is taken, what runs may finish. `deadline`: what still runs is ended. */
export type Shutdown = 'draining' | 'deadline'

/**
 * The stages of a shutdown from the moment `stop$` emits, replayed to late subscribers as long as someone listens, and
 * after the deadline for ever.
 */
export const shutdown = (
  stop$: Observable<unknown>,
  { graceMs, clock }: { readonly graceMs: number; readonly clock: SchedulerLike },
): Observable<Shutdown> =>
  stop$.pipe(
    take(1),
    switchMap(() =>
      concat(of('draining' as const), timer(graceMs, clock).pipe(map(() => 'deadline' as const))),
    ),
    share({
      connector: () => new ReplaySubject<Shutdown>(1),
      resetOnComplete: false,
    }),
  )
