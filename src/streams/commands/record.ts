import { map, type OperatorFunction } from 'rxjs'
import type { Decoded, Received } from '../../model/command.js'
import type { InboundMessage } from '../../model/connection.js'
import type { Arrived } from './decode.js'
import type { JournaledCommand, TaskJournal } from '../../model/journal.js'

const isJournaled = (decoded: Decoded): decoded is JournaledCommand =>
  decoded.type === 'rejected' ? decoded.task !== undefined : decoded.type !== 'chunk'

/**
 * Writes commands to the journal before anything acts on them, and adds their sequence numbers.
 *
 * @example
 * ```ts
 * const recorded$ = message$.pipe(decode({ decoder, clock: asyncScheduler }), record(journal))
 * ```
 */
export const record = (
  journal: TaskJournal | undefined,
): OperatorFunction<Arrived<Decoded>, Received<Decoded>> => {
  const sequenceOf = (decoded: Decoded, message: InboundMessage): number | undefined => {
    if (journal === undefined || !isJournaled(decoded)) return undefined
    if (message.sequence === undefined) return journal.record(decoded, message)
    journal.rerun(message.sequence)
    return message.sequence
  }
  return map(({ message, ...decoded }) => {
    const sequence = sequenceOf(decoded, message)
    return sequence === undefined ? decoded : { ...decoded, sequence }
  })
}
