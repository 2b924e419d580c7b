import {
  defer,
  distinctUntilChanged,
  repeat,
  switchMap,
  timer,
  type Observable,
  type SchedulerLike,
} from 'rxjs'
import { leaveOut } from '../../operators/leave-out.js'
import type { Entry } from './entry.js'
import type { Sample } from './points.js'

/** Takes one sample: of the host, the daemon, its children, and these tasks. */
export type Sampler = (tasks: readonly { readonly key: number; readonly id: string }[]) => Observable<Sample>

export type SamplingDeps = {
  readonly sampler: Sampler
  /** Those that have a guest. */
  readonly active: () => readonly Entry[]
  readonly activeCount: () => number
  readonly onError: (error: unknown) => void
  readonly clock: SchedulerLike
}

/** Milliseconds between samples, with and without viewers. */
export const WATCHED_MS = 1000
const UNWATCHED_MS = 5000
/** A sample has a cost per child, so more children mean fewer samples. */
const CHILDREN_A_SAMPLE = 100
/** Tasks that are sampled individually. */
const MAX_OWN = 64

/** Samples at all times; with viewers more often, and single tasks too. Failed samples are skipped. */
export const sampling = (
  isWatched$: Observable<boolean>,
  { sampler, active, activeCount, onError, clock }: SamplingDeps,
): Observable<Sample> => {
  const own = () =>
    active()
      .filter(({ kind }) => kind !== 'invocation')
      .slice(0, MAX_OWN)
  const pause = (eachMs: number) =>
    timer(eachMs * Math.max(1, Math.ceil(activeCount() / CHILDREN_A_SAMPLE)), clock)
  return isWatched$.pipe(
    distinctUntilChanged(),
    switchMap((isWatched, index) => {
      const sample$ = defer(() => sampler(isWatched ? own() : [])).pipe(
        leaveOut(onError),
        repeat({ delay: () => pause(isWatched ? WATCHED_MS : UNWATCHED_MS) }),
      )
      // The first sample has nothing to compare with.
      const firstMs = isWatched ? 0 : UNWATCHED_MS
      return timer(index === 0 ? WATCHED_MS : firstMs, clock).pipe(switchMap(() => sample$))
    }),
  )
}
