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

/**
 * `draining`: nothing new is accepted, running tasks may finish. `deadline`: whatever still runs is ended.
 *
 * @example
 * ```ts
 * const isDraining = (stage: Shutdown) => stage === 'draining'
 * ```
 */
export type Shutdown = 'draining' | 'deadline'

/**
 * The stages of a shutdown, from the moment `stop$` emits. Late subscribers get the current stage while anyone is subscribed,
 * and always after the deadline.
 *
 * @example
 * ```ts
 * const shutdown$ = shutdown(stopSignal(process), { graceMs: 30_000, clock: asyncScheduler })
 * ```
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
