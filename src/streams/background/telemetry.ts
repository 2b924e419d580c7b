import { defer, merge, type Observable, type SchedulerLike } from 'rxjs'
import type { Command, Received } from '../../model/command.js'
import type { Connection } from '../../model/connection.js'
import type { Outcome } from '../../model/outcome.js'
import type { Publication } from '../../model/publication.js'
import type { TaskEvent } from '../../model/task-event.js'
import { leaveOut } from '../operators/leave-out.js'

/**
 * What a telemetry stream can react to. All observables are hot: they emit what happens from now on.
 *
 * @example
 * ```ts
 * const uptime = ({ clock }: StreamInputs) =>
 *   interval(60_000, clock).pipe(
 *     map((minutes): Publication => ({ subtopic: 'telemetry/uptime', payload: { minutes }, keep: 'latest' })),
 *   )
 * ```
 */
export type StreamInputs = {
  /** Commands for this proplet, as they arrive. */
  readonly command$: Observable<Received<Command>>
  /** How tasks end. Ends of invocations are in `task$`. */
  readonly outcome$: Observable<{ readonly id: string; readonly outcome: Outcome }>
  /** Everything that happens to tasks, including live output. */
  readonly task$: Observable<TaskEvent>
  /** Changes of the link to the broker. */
  readonly connection$: Observable<Connection>
  /** The clock of the pipeline. Use it for timers, so that tests can control time. */
  readonly clock: SchedulerLike
}

/**
 * A telemetry stream: everything it emits is published. It ends with the pipeline.
 *
 * @example
 * ```ts
 * const failures: Stream = ({ outcome$ }) =>
 *   outcome$.pipe(
 *     filter(({ outcome }) => outcome.kind === 'failed'),
 *     map(({ id }) => ({ subtopic: 'telemetry/failures', payload: { id }, keep: 'all' })),
 *   )
 * ```
 */
export type Stream = (inputs: StreamInputs) => Observable<Publication>

/**
 * Merges telemetry streams. A stream that errors is reported and ends alone.
 *
 * @example
 * ```ts
 * const publication$ = telemetry([failures], inputs, (error, stream) => log.warn({ err: error, stream }))
 * ```
 */
export const telemetry = (
  streams: readonly Stream[],
  inputs: StreamInputs,
  onError: (error: unknown, stream: string) => void,
): Observable<Publication> =>
  merge(
    ...streams.map((stream) =>
      defer(() => stream(inputs)).pipe(leaveOut((error) => onError(error, stream.name))),
    ),
  )
