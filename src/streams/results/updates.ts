import { concatMap, type OperatorFunction } from 'rxjs'
import type { Publication } from '../../model/publication.js'
import type { InvocationEvent, TaskEvent } from '../../model/task-event.js'
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
  const publicationsOf = (event: TaskEvent | InvocationEvent): readonly Publication[] => {
    if (event.type === 'invocation') return publicationsOf(event.event)
    if (event.type !== 'reported' || !('channel' in event.to)) return []
    const { channel: json } = event.to
    const publication: Publication = {
      subtopic: `fl/rounds/${topicLevelOf(event.round)}/updates/${topicLevelOf(propletId)}`,
      // Parsed on demand: it may be long, and sending does not need it.
      get payload(): object {
        return JSON.parse(json) as object
      },
      encoded: encoder.encode(json),
      keep: 'all',
    }
    return [publication]
  }
  return concatMap(publicationsOf)
}
