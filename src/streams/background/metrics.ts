import { defer, EMPTY, exhaustMap, map, timer, type Observable, type SchedulerLike } from 'rxjs'
import type { Publication } from '../../model/publication.js'
import { leaveOut } from '../operators/leave-out.js'
import { isoTime } from '../../model/iso-time.js'

/**
 * What to sample, and how often.
 *
 * @example
 * ```ts
 * const metricsDeps: MetricsDeps = {
 *   propletId: 'proplet-1',
 *   namespace: 'default',
 *   intervalMs: 30_000,
 *   sample: () => of({ cpu_percent: 12.5 }),
 *   onError: (error) => log.warn({ err: error }),
 *   clock: asyncScheduler,
 * }
 * ```
 */
export type MetricsDeps = {
  readonly propletId: string
  readonly namespace: string
  /** 0 for none. */
  readonly intervalMs: number
  readonly sample: () => Observable<object>
  readonly onError: (error: unknown) => void
  readonly clock: SchedulerLike
}

/**
 * Samples the host and the proplet at each interval. A slow sample skips beats; a failed one is reported and skipped.
 *
 * @example
 * ```ts
 * const publication$ = metrics(metricsDeps)
 * ```
 */
export const metrics = ({
  propletId,
  namespace,
  intervalMs,
  sample,
  onError,
  clock,
}: MetricsDeps): Observable<Publication> => {
  if (intervalMs === 0) return EMPTY
  return timer(intervalMs, intervalMs, clock).pipe(
    exhaustMap(() => defer(sample).pipe(leaveOut(onError))),
    map((figures) => ({
      subtopic: 'control/proplet/metrics',
      payload: {
        proplet_id: propletId,
        namespace,
        timestamp: isoTime(clock.now()),
        ...figures,
      },
      keep: 'latest',
    })),
  )
}
