import { map, merge, type OperatorFunction, type SchedulerLike } from 'rxjs'
import type { TaskJournal } from '../../model/journal.js'
import type { Publication } from '../../model/publication.js'
import type { TaskEvent } from '../../model/task-event.js'
import { hold } from './hold.js'
import { invokeResult } from './invoke-result.js'
import { closeCommands, omitRerun, recordResults } from './record.js'
import { result } from './result.js'
import { updates } from './updates.js'

/**
 * The journal, the hold and the ID of this proplet.
 *
 * @example
 * ```ts
 * const resultsDeps: ResultsDeps = {
 *   settings: { propletId: 'proplet-1', resultHoldMs: 150 },
 *   journal: undefined,
 *   clock: asyncScheduler,
 * }
 * ```
 */
export type ResultsDeps = {
  readonly settings: { readonly propletId: string; readonly resultHoldMs: number }
  /** Omit to run without a journal. */
  readonly journal: TaskJournal | undefined
  readonly clock: SchedulerLike
}

/**
 * The results of tasks and invocations, in the journal before they are published. The source must be hot.
 *
 * @example
 * ```ts
 * const publication$ = task$.pipe(
 *   results({ settings: { propletId: 'proplet-1', resultHoldMs: 150 }, journal, clock: asyncScheduler }),
 * )
 * ```
 */
export const results =
  ({
    settings: { propletId, resultHoldMs },
    journal,
    clock,
  }: ResultsDeps): OperatorFunction<TaskEvent, Publication> =>
  (task$) =>
    merge(
      task$.pipe(omitRerun(journal), result(propletId), recordResults(journal), hold(resultHoldMs, clock)),
      task$.pipe(
        invokeResult(propletId),
        recordResults(journal),
        map(({ publication }) => publication),
      ),
      task$.pipe(updates(propletId)),
      task$.pipe(closeCommands(journal)),
    )
