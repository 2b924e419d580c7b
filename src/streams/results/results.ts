import { map, merge, type OperatorFunction, type SchedulerLike } from 'rxjs'
import type { TaskJournal } from '../../model/journal.js'
import type { Publication } from '../../model/publication.js'
import type { TaskEvent } from '../../model/task-event.js'
import { hold } from './hold.js'
import { invokeResult } from './invoke-result.js'
import { closeCommands, omitRerun, recordResults } from './record.js'
import { result } from './result.js'
import { updates } from './updates.js'

export type ResultsDeps = {
  readonly settings: { readonly propletId: string; readonly resultHoldMs: number }
  /** Omit to run without a journal. */
  readonly journal: TaskJournal | undefined
  readonly clock: SchedulerLike
}

/** What the Manager is told of tasks and invocations, on record before it is published. The source must be hot. */
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
