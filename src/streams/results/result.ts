import type { OperatorFunction } from 'rxjs'
import type { Outcome } from '../../model/outcome.js'
import type { TaskEvent } from '../../model/task-event.js'
import { ofCommand, type Origin } from '../../model/ended.js'
import { envelopeOf } from '../tasks/federated/envelope.js'
import { mapDefined } from '../operators/map-defined.js'
import { ofType } from '../operators/of-type.js'
import { needsResult } from './needs-result.js'
import type { Result } from '../../model/result.js'

/**
 * The `error` of a result: null if the task completed, else why it did not.
 *
 * @example
 * ```ts
 * const error = errorOf({ kind: 'stopped', results: '' }) // task stopped
 * ```
 */
export const errorOf = (outcome: Outcome): string | null => {
  switch (outcome.kind) {
    case 'completed':
      return null
    case 'failed':
      return outcome.error
    case 'stopped':
      return 'task stopped'
  }
}

/**
 * One result per task when it ends. A daemon or server has one when it starts, and another if it fails later.
 *
 * @example
 * ```ts
 * const result$ = task$.pipe(result('proplet-1'))
 * ```
 */
export const result = (propletId: string): OperatorFunction<TaskEvent, Result> => {
  const resultOf = (origin: Origin, payload: object): Result => ({
    id: origin.id,
    receivedAt: origin.receivedAt,
    ...ofCommand(origin),
    publication: {
      subtopic: 'control/proplet/results',
      payload: { task_id: origin.id, ...payload },
      keep: 'all',
    },
  })
  return (event$) =>
    event$.pipe(
      ofType('announced', 'ended'),
      mapDefined((event): Result | undefined => {
        if (event.type === 'announced')
          return {
            ...resultOf(event, { proplet_id: propletId, results: event.results, error: null }),
            more: true,
          }
        const { outcome, round } = event
        if (!needsResult(event)) return undefined
        const error = errorOf(outcome)
        return round === undefined
          ? resultOf(event, { proplet_id: propletId, results: outcome.results, error })
          : resultOf(event, { results: envelopeOf(event.id, propletId, round), error })
      }),
    )
}
