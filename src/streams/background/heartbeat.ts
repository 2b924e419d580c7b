import { EMPTY, map, switchMap, timer, type OperatorFunction, type SchedulerLike } from 'rxjs'
import type { Connection } from '../../model/connection.js'
import type { Publication } from '../../model/publication.js'

/**
 * What a heartbeat says, and how often.
 *
 * @example
 * ```ts
 * const heartbeatDeps: HeartbeatDeps = {
 *   propletId: 'proplet-1',
 *   namespace: 'default',
 *   intervalMs: 9500,
 *   metadata: undefined,
 *   clock: asyncScheduler,
 * }
 * ```
 */
export type HeartbeatDeps = {
  readonly propletId: string
  readonly namespace: string
  readonly intervalMs: number
  /** For a Manager that rebuilds a lost record from a heartbeat; undefined leaves it out. */
  readonly metadata: object | undefined
  readonly clock: SchedulerLike
}

/**
 * Beats as soon as the link comes up, and then at each interval while it stays up.
 *
 * @example
 * ```ts
 * const publication$ = connection$.pipe(heartbeat(heartbeatDeps))
 * ```
 */
export const heartbeat = ({
  propletId,
  namespace,
  intervalMs,
  metadata,
  clock,
}: HeartbeatDeps): OperatorFunction<Connection, Publication> => {
  const beat: Publication = {
    subtopic: 'control/proplet/alive',
    payload: { proplet_id: propletId, status: 'alive', namespace, ...(metadata && { metadata }) },
    keep: 'latest',
  }
  return switchMap(({ state }) =>
    state === 'up' ? timer(0, intervalMs, clock).pipe(map(() => beat)) : EMPTY,
  )
}
