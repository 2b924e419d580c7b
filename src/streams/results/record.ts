import { filter, ignoreElements, map, tap, type MonoTypeOperatorFunction, type OperatorFunction } from 'rxjs'
import type { TaskJournal } from '../../model/journal.js'
import type { Result } from '../../model/result.js'
import { isTold } from './result.js'
import type { InvocationEvent, TaskEvent } from '../../model/task-event.js'

/** Puts results on record before they are held or published. */
export const recordResults = (journal: TaskJournal | undefined): MonoTypeOperatorFunction<Result> =>
  map((result) => (journal === undefined ? result : { ...result, publication: journal.recordResult(result) }))

/** The command that ends with this event without a result. */
const closedBy = (event: TaskEvent | InvocationEvent): number | undefined => {
  if (event.type === 'invocation') return closedBy(event.event)
  if (event.type === 'duplicate' || event.type === 'replaced') return event.sequence
  const isUntold = event.type === 'ended' && !isTold(event)
  return isUntold ? event.sequence : undefined
}

/** Closes the commands in the journal that end without a result; emits nothing. */
export const closeCommands =
  (journal: TaskJournal | undefined): OperatorFunction<TaskEvent, never> =>
  (event$) =>
    event$.pipe(
      tap((event) => {
        const sequence = closedBy(event)
        if (sequence !== undefined) journal?.close(sequence)
      }),
      ignoreElements(),
    )

/** Drops the end of a task that the shutdown ended and the next process runs again: it has not failed. */
export const omitRerun = (journal: TaskJournal | undefined): MonoTypeOperatorFunction<TaskEvent> =>
  filter(
    (event) =>
      event.type !== 'ended' ||
      event.outcome.kind !== 'failed' ||
      event.outcome.code !== 'shutdown' ||
      event.sequence === undefined ||
      journal?.runsAgain(event.sequence) !== true,
  )
