import { filter, ignoreElements, map, tap, type MonoTypeOperatorFunction, type OperatorFunction } from 'rxjs'
import type { TaskJournal } from '../../model/journal.js'
import type { Result } from '../../model/result.js'
import { needsResult } from './needs-result.js'
import type { InvocationEvent, TaskEvent } from '../../model/task-event.js'

/**
 * Writes results to the journal before they are held or published.
 *
 * @example
 * ```ts
 * const recorded$ = task$.pipe(result('proplet-1'), recordResults(journal))
 * ```
 */
export const recordResults = (journal: TaskJournal | undefined): MonoTypeOperatorFunction<Result> =>
  map((result) => (journal === undefined ? result : { ...result, publication: journal.recordResult(result) }))

/** The sequence number of a command that ends with this event but has no result. */
const closedBy = (event: TaskEvent | InvocationEvent): number | undefined => {
  if (event.type === 'invocation') return closedBy(event.event)
  if (event.type === 'duplicate' || event.type === 'replaced') return event.sequence
  const isUntold = event.type === 'ended' && !needsResult(event)
  return isUntold ? event.sequence : undefined
}

/**
 * Closes journaled commands that end without a result; emits nothing.
 *
 * @example
 * ```ts
 * const closing$ = task$.pipe(closeCommands(journal))
 * ```
 */
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

/**
 * Drops the end of a task that the shutdown ended and the next process runs again: it has not failed.
 *
 * @example
 * ```ts
 * const reported$ = task$.pipe(omitRerun(journal))
 * ```
 */
export const omitRerun = (journal: TaskJournal | undefined): MonoTypeOperatorFunction<TaskEvent> =>
  filter(
    (event) =>
      event.type !== 'ended' ||
      event.outcome.kind !== 'failed' ||
      event.outcome.code !== 'shutdown' ||
      event.sequence === undefined ||
      journal?.runsAgain(event.sequence) !== true,
  )
