import { filter, ignoreElements, map, tap, type MonoTypeOperatorFunction, type OperatorFunction } from 'rxjs'
import type { Decoded, Received } from '../../model/command.js'
import type { InboundMessage } from '../../model/connection.js'
import type { InvocationEvent, TaskEvent } from '../../model/task-event.js'
import type { Arrived } from './decode.js'
import type { Result } from '../../model/result.js'
import type { JournaledCommand, TaskJournal } from '../../model/journal.js'

const isJournaled = (decoded: Decoded): decoded is JournaledCommand =>
  decoded.type === 'rejected' ? decoded.task !== undefined : decoded.type !== 'chunk'

/** Commands are on record before anything is done about them: from here on they have their number in the journal. */
export const take = (
  journal: TaskJournal | undefined,
): OperatorFunction<Arrived<Decoded>, Received<Decoded>> => {
  const receiptOf = (decoded: Decoded, message: InboundMessage): number | undefined => {
    if (journal === undefined || !isJournaled(decoded)) return undefined
    if (message.receipt === undefined) return journal.take(decoded, message)
    journal.rerun(message.receipt)
    return message.receipt
  }
  return map(({ message, ...decoded }) => {
    const receipt = receiptOf(decoded, message)
    return receipt === undefined ? decoded : { ...decoded, receipt }
  })
}

/** Results are on record before they are held or published. */
export const keepResults = (journal: TaskJournal | undefined): MonoTypeOperatorFunction<Result> =>
  map((result) => (journal === undefined ? result : { ...result, publication: journal.keep(result) }))

/** The command that is done with by an event that no result follows. */
const closedBy = (event: TaskEvent | InvocationEvent): number | undefined => {
  if (event.type === 'invocation') return closedBy(event.event)
  if (event.type === 'duplicate' || event.type === 'replaced') return event.receipt
  const isUntold = event.type === 'ended' && event.announced && event.outcome.kind === 'completed'
  return isUntold ? event.receipt : undefined
}

/** Tells the journal which commands are done with and have no result; emits nothing. */
export const closeCommands =
  (journal: TaskJournal | undefined): OperatorFunction<TaskEvent, never> =>
  (event$) =>
    event$.pipe(
      tap((event) => {
        const receipt = closedBy(event)
        if (receipt !== undefined) journal?.close(receipt)
      }),
      ignoreElements(),
    )

/** Leaves out the ends of what the shutdown ended and the next process runs again: nobody is to hear that it failed. */
export const withoutPauses = (journal: TaskJournal | undefined): MonoTypeOperatorFunction<TaskEvent> =>
  filter(
    (event) =>
      event.type !== 'ended' ||
      event.outcome.kind !== 'failed' ||
      event.outcome.code !== 'shutdown' ||
      event.receipt === undefined ||
      journal?.runsAgain(event.receipt) !== true,
  )
