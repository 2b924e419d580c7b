import { defer, merge, type Observable, type SchedulerLike } from 'rxjs'
import type { Command, Received } from '../../model/command.js'
import type { Connection } from '../../model/connection.js'
import type { Outcome } from '../../model/outcome.js'
import type { Publication } from '../../model/publication.js'
import type { TaskEvent } from '../../model/task-event.js'
import { leaveOut } from '../operators/leave-out.js'

/** What a stream of one's own gets to work with. All are hot: they tell what happens from now on. */
export type StreamInputs = {
  /** Commands that are meant for this proplet, as they arrive. */
  readonly command$: Observable<Received<Command>>
  /** How tasks end; how invocations of latent tasks do is in `task$`. */
  readonly outcome$: Observable<{ readonly id: string; readonly outcome: Outcome }>
  /** All that happens to tasks, live output among it. */
  readonly task$: Observable<TaskEvent>
  /** Changes of the link to the broker. */
  readonly connection$: Observable<Connection>
  /** The time of the pipeline; use it for timers, and tests can turn it. */
  readonly clock: SchedulerLike
}

/** A stream of one's own: what it emits is published. It ends with the pipeline. */
export type Stream = (inputs: StreamInputs) => Observable<Publication>

/** Merges further streams; one that fails ends alone, and is reported. */
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
