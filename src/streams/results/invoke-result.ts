import { concatMap, type OperatorFunction } from 'rxjs'
import type { Publication } from '../../model/publication.js'
import type { TaskEvent } from '../../model/task-event.js'
import { ofCommand } from '../../model/ended.js'
import { ofType } from '../operators/of-type.js'
import { errorOf } from './result.js'
import type { Result } from '../../model/result.js'

/**
 * What the Manager is told of invocations: one result each, at once, as it writes nothing that could overtake it. An
 * invocation without a name is answered with an empty one, which the Manager reads like none.
 */
export const invokeResult =
  (propletId: string): OperatorFunction<TaskEvent, Result> =>
  (event$) =>
    event$.pipe(
      ofType('invocation'),
      concatMap(({ id, invocation, event }): readonly Result[] => {
        if (event.type !== 'ended') return []
        const { outcome, receivedAt } = event
        const payload = {
          task_id: id,
          invocation_id: invocation.id ?? '',
          proplet_id: propletId,
          results: outcome.results,
          error: errorOf(outcome),
        }
        const publication: Publication = { subtopic: 'control/proplet/invoke_results', payload, keep: 'all' }
        return [{ id, receivedAt, ...ofCommand(event), publication }]
      }),
    )
