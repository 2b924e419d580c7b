import { concatMap, type OperatorFunction } from 'rxjs'
import type { Outcome } from '../model/outcome.js'
import type { Publication } from '../model/publication.js'
import type { TaskEvent } from '../model/task-event.js'
import { ofType } from './of-type.js'

/** A result, the task it is of, and when the command of that was received. */
export type Result = { readonly id: string; readonly publication: Publication; readonly receivedAt: number }

const errorOf = (outcome: Outcome): string | null => {
  switch (outcome.kind) {
    case 'completed':
      return null
    case 'failed':
      return outcome.error
    case 'stopped':
      return 'task stopped'
  }
}

/** What the Manager is told of tasks: one result each, at the end; of a daemon or a server at its start, and when it fails later. */
export const result = (propletId: string): OperatorFunction<TaskEvent, Result> => {
  const resultOf = (
    { id, receivedAt }: { readonly id: string; readonly receivedAt: number },
    results: string,
    error: string | null,
  ): Result => ({
    id,
    receivedAt,
    publication: {
      subtopic: 'control/proplet/results',
      payload: { task_id: id, proplet_id: propletId, results, error },
      keep: 'all',
    },
  })
  return (event$) =>
    event$.pipe(
      ofType('announced', 'ended'),
      concatMap((event): readonly Result[] => {
        if (event.type === 'announced') return [resultOf(event, event.results, null)]
        const { announced, outcome } = event
        if (announced && outcome.kind === 'completed') return []
        return [resultOf(event, outcome.results, errorOf(outcome))]
      }),
    )
}
