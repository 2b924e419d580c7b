import { merge, type Observable, type SchedulerLike } from 'rxjs'
import type { Command, Received } from '../../model/command.js'
import type { Connection } from '../../model/connection.js'
import type { Publication } from '../../model/publication.js'
import type { TaskEvent } from '../../model/task-event.js'
import { ofType } from '../operators/of-type.js'
import { discovery } from './discovery.js'
import { heartbeat } from './heartbeat.js'
import { metrics } from './metrics.js'
import { taskMetrics, type TaskMetricsDeps } from './task-metrics.js'
import { telemetry, type Stream } from './telemetry.js'

/**
 * What discovery, heartbeats, metrics and telemetry streams need.
 *
 * @example
 * ```ts
 * const withStream = (deps: BackgroundDeps, stream: Stream): BackgroundDeps => ({
 *   ...deps,
 *   streams: [...deps.streams, stream],
 * })
 * ```
 */
export type BackgroundDeps = {
  readonly settings: {
    readonly propletId: string
    readonly namespace: string
    readonly metadata: object
    readonly heartbeatMetadata: boolean
    readonly heartbeatMs: number
    readonly metricsMs: number
  }
  readonly sample: () => Observable<object>
  readonly taskSampler: TaskMetricsDeps['sampler']
  readonly streams: readonly Stream[]
  readonly onError: (error: unknown, stream: string) => void
  readonly clock: SchedulerLike
}

/**
 * The hot streams that background messages derive from.
 *
 * @example
 * ```ts
 * const backgroundInputs: BackgroundInputs = { connection$, command$, task$ }
 * ```
 */
export type BackgroundInputs = {
  readonly connection$: Observable<Connection>
  readonly command$: Observable<Received<Command>>
  readonly task$: Observable<TaskEvent>
}

/**
 * What is published besides results: discovery, heartbeats, metrics and telemetry streams. All inputs must be hot.
 *
 * @example
 * ```ts
 * const publication$ = background({ connection$, command$, task$ }, deps)
 * ```
 */
export const background = (
  { connection$, command$, task$ }: BackgroundInputs,
  { settings, sample, taskSampler, streams, onError, clock }: BackgroundDeps,
): Observable<Publication> => {
  const { propletId, namespace, metadata } = settings
  return merge(
    connection$.pipe(discovery({ propletId, namespace, metadata })),
    connection$.pipe(
      heartbeat({
        propletId,
        namespace,
        intervalMs: settings.heartbeatMs,
        metadata: settings.heartbeatMetadata ? metadata : undefined,
        clock,
      }),
    ),
    metrics({
      propletId,
      namespace,
      intervalMs: settings.metricsMs,
      sample,
      onError: (error) => onError(error, 'metrics'),
      clock,
    }),
    task$.pipe(
      taskMetrics({
        propletId,
        sampler: taskSampler,
        onError: (error) => onError(error, 'task metrics'),
        clock,
      }),
    ),
    telemetry(
      streams,
      { command$, outcome$: task$.pipe(ofType('ended')), task$, connection$, clock },
      onError,
    ),
  )
}
