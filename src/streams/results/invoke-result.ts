import type { OperatorFunction } from 'rxjs'
import type { Publication } from '../../model/publication.js'
import type { TaskEvent } from '../../model/task-event.js'
import { ofCommand } from '../../model/ended.js'
import { mapDefined } from '../operators/map-defined.js'
import { ofType } from '../operators/of-type.js'
import { errorOf } from './result.js'
import type { Result } from '../../model/result.js'

/**
 * One result per invocation, without a hold: the Manager writes nothing that could overwrite it. For an unnamed invocation the
 * ID is empty, which the Manager treats as absent.
 *
 * @example
 * ```ts
 * const result$ = task$.pipe(invokeResult('proplet-1'))
 * ```
 */
export const invokeResult =
  (propletId: string): OperatorFunction<TaskEvent, Result> =>
  (event$) =>
    event$.pipe(
      ofType('invocation'),
      mapDefined(({ id, invocation, event }): Result | undefined => {
        if (event.type !== 'ended') return undefined
        const { outcome, receivedAt } = event
        const payload = {
          task_id: id,
          invocation_id: invocation.id ?? '',
          proplet_id: propletId,
          results: outcome.results,
          error: errorOf(outcome),
        }
        const publication: Publication = { subtopic: 'control/proplet/invoke_results', payload, keep: 'all' }
        return { id, receivedAt, ...ofCommand(event), publication }
      }),
    )
