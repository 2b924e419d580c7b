import { defer, map, mergeMap, takeWhile, type Observable, type OperatorFunction } from 'rxjs'

/** Whether the viewer can take more now. */
export type IsReady = () => boolean

export type ViewerDeps = {
  readonly isReady: IsReady
  /** Viewers that stall for longer are disconnected. Milliseconds. */
  readonly stallMs: number
  /** Milliseconds on a monotonic clock. */
  readonly now: () => number
}

/**
 * Turns ticks into updates while the viewer is ready, and drops them while it is not; completes when that takes
 * longer than `stallMs`. `hasMissed`: the viewer was not ready at the tick before.
 */
export const whileReady =
  <T, U>(
    { isReady, stallMs, now }: ViewerDeps,
    next: (tick: T, hasMissed: boolean) => U | undefined,
  ): OperatorFunction<T, U> =>
  (tick$: Observable<T>) =>
    defer(() => {
      let missedSince: number | undefined
      const turn = (tick: T): readonly U[] => {
        if (!isReady()) {
          missedSince ??= now()
          return []
        }
        const hasMissed = missedSince !== undefined
        missedSince = undefined
        const update = next(tick, hasMissed)
        return update === undefined ? [] : [update]
      }
      return tick$.pipe(
        map(turn),
        takeWhile(() => missedSince === undefined || now() - missedSince <= stallMs),
        mergeMap((updates) => updates),
      )
    })
