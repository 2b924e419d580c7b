import { filter, ignoreElements, map, tap, type MonoTypeOperatorFunction, type OperatorFunction } from 'rxjs'
import type { Command, Decoded, Invocation, Received, Rejection } from '../../model/command.js'
import type { InboundMessage } from '../../model/connection.js'
import type { Publication } from '../../model/publication.js'
import type { InvocationEvent, TaskEvent } from '../../model/task-event.js'
import type { Arrived } from './decode.js'
import type { Result } from '../results/result.js'

/** A command for this proplet: one that is carried out, or refused with an answer. */
export type ToTake = Command | (Rejection & { readonly task: NonNullable<Rejection['task']> })

/** A command that an earlier process did not get done with. */
export type Left =
  | {
      readonly type: 'interrupted'
      readonly receipt: number
      readonly id: string
      /** Of a latent task, if it was one. */
      readonly invocation: Invocation | undefined
      /** What of its environment tells of a round, if it was of one. */
      readonly env?: Readonly<Record<string, string>> | undefined
      /** A stop had come for it. */
      readonly isStopped: boolean
    }
  /** It is to run once more; the message has its number. */
  | { readonly type: 'again'; readonly message: InboundMessage }

/** What remembers commands and results, should the process end. Each call is done when it returns. */
export type TaskJournal = {
  /** In order. */
  readonly left: readonly Left[]
  /** Takes a command down, before anything is done about it: its number, undefined where it can't be kept. */
  readonly take: (command: ToTake, message: InboundMessage) => number | undefined
  /** A command that was left runs once more. */
  readonly rerun: (receipt: number) => void
  /** Takes a result down; the publication of it is known to the journal until the broker has it. */
  readonly keep: (result: Result) => Publication
  /** Nothing is to come of a command any more. */
  readonly close: (receipt: number) => void
  /** The next process runs it again. */
  readonly runsAgain: (receipt: number) => boolean
}

const isToTake = (decoded: Decoded): decoded is ToTake =>
  decoded.type === 'rejected' ? decoded.task !== undefined : decoded.type !== 'chunk'

/** Commands are on record before anything is done about them: from here on they have their number in the journal. */
export const take = (
  journal: TaskJournal | undefined,
): OperatorFunction<Arrived<Decoded>, Received<Decoded>> => {
  const receiptOf = (decoded: Decoded, message: InboundMessage): number | undefined => {
    if (journal === undefined || !isToTake(decoded)) return undefined
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
