import type { OperatorFunction } from 'rxjs'
import type { Publication } from '../../model/publication.js'
import type { InvocationEvent, TaskEvent } from '../../model/task-event.js'
import { mapDefined } from '../operators/map-defined.js'
import { topicLevelOf } from '../tasks/federated/round.js'

/**
 * Federated learning updates that the coordinator did not accept, for the channel, byte for byte as the task printed them.
 *
 * @example
 * ```ts
 * const publication$ = task$.pipe(updates('proplet-1'))
 * ```
 */
export const updates = (propletId: string): OperatorFunction<TaskEvent, Publication> => {
  const encoder = new TextEncoder()
  const publicationOf = (event: TaskEvent | InvocationEvent): Publication | undefined => {
    if (event.type === 'invocation') return publicationOf(event.event)
    if (event.type !== 'reported' || !('channel' in event.to)) return undefined
    const { channel: json } = event.to
    return {
      subtopic: `fl/rounds/${topicLevelOf(event.round)}/updates/${topicLevelOf(propletId)}`,
      // Parsed on demand: it may be long, and sending does not need it.
      get payload(): object {
        return JSON.parse(json) as object
      },
      encoded: encoder.encode(json),
      keep: 'all',
    }
  }
  return mapDefined(publicationOf)
}
