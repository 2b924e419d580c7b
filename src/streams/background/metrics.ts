import { defer, EMPTY, exhaustMap, map, timer, type Observable, type SchedulerLike } from 'rxjs'
import type { Publication } from '../../model/publication.js'
import { leaveOut } from '../operators/leave-out.js'

export type MetricsDeps = {
  readonly propletId: string
  readonly namespace: string
  /** 0: none. */
  readonly intervalMs: number
  readonly sample: () => Observable<object>
  readonly onError: (error: unknown) => void
  readonly clock: SchedulerLike
}

/** Samples the host and the proplet each interval; a sample that takes longer skips beats, one that fails is left out. */
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
        timestamp: new Date(clock.now()).toISOString(),
        ...figures,
      },
      keep: 'latest',
    })),
  )
}
