import { map, type OperatorFunction } from 'rxjs'
import type { Decoded, Received } from '../../model/command.js'
import type { InboundMessage } from '../../model/connection.js'
import type { Arrived } from './decode.js'
import type { Refused } from './refuse.js'
import type { JournaledCommand, TaskJournal } from '../../model/journal.js'

/** What to record of a command. If it is refused at once, only its result is recorded. */
const toRecord = (decoded: Decoded | Refused): JournaledCommand | 'refused' | undefined => {
  switch (decoded.type) {
    case 'chunk':
      return undefined
    case 'rejected': {
      const { task } = decoded
      return task && { ...decoded, task }
    }
    case 'refused':
      return decoded.because === 'duplicate' ? decoded.command : 'refused'
    case 'start':
    case 'stop':
    case 'invoke':
      return decoded
  }
}

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
): OperatorFunction<Arrived<Decoded | Refused>, Received<Decoded | Refused>> => {
  const sequenceOf = (decoded: Decoded | Refused, message: InboundMessage): number | undefined => {
    const command = toRecord(decoded)
    if (journal === undefined || command === undefined) return undefined
    if (command === 'refused') return journal.refuse(message)
    if (message.sequence === undefined) return journal.record(command, message)
    journal.rerun(message.sequence)
    return message.sequence
  }
  return map(({ message, ...decoded }) => {
    const sequence = sequenceOf(decoded, message)
    return sequence === undefined ? decoded : { ...decoded, sequence }
  })
}
