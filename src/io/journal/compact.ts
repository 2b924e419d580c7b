import type { Command, KeptResult, KnownPacket, Ledger } from './ledger.js'
import { decodeRecord, type JournalRecord } from './record.js'
import type { Place, Segments } from './segments.js'

type Live = Command | KeptResult | KnownPacket

export type CompactParts = {
  readonly ledger: Ledger
  readonly segments: Segments
  /** Throws if the disk fails. */
  readonly append: (record: JournalRecord, content?: Uint8Array) => void
  /** Compact only when the files hold this many dead bytes. */
  readonly slackBytes: number
}

const isWhere = (live: Live, place: Place, ledger: Ledger): boolean => {
  if ('packet' in live) return ledger.packets.get(live.packet.id)?.place === place
  if ('command' in live) return ledger.results.get(live.number)?.place === place
  const command = ledger.commands.get(live.number)
  return command !== undefined && (command.place === place || [...command.parts.values()].includes(place))
}

/** A record with everything that is known now. */
const renewed = (live: Live, record: JournalRecord): JournalRecord => {
  if ('packet' in live) return { type: 'packet', packet: live.packet }
  if (record.type === 'part') return record
  const { number, subtopic } = live
  if ('command' in live) {
    const { command, final, messageId, released } = live
    const sent = messageId === undefined ? {} : { messageId, released }
    return { type: 'result', number, command, subtopic, final, ...sent }
  }
  const { id, invocation, env, contentBytes, once, stopped, reruns } = live
  return {
    type: 'command',
    number,
    id,
    subtopic,
    contentBytes,
    ...(invocation && { invocation }),
    ...(env && { env }),
    once,
    stopped,
    reruns,
  }
}

/** The content of a command that has started may no longer be needed. */
const hasContent = (live: Live): boolean =>
  !('packet' in live) && ('command' in live || live.contentBytes > 0)

/** Appends the live records of a file again. */
const evacuate = async (segment: number, { ledger, segments, append }: CompactParts): Promise<void> => {
  for (const { place, of } of [...ledger.placesIn(segment)]) {
    const body = await segments.body(place).catch(() => undefined)
    const decoded = body && decodeRecord(body)
    // It may be dead by now. A record that can no longer be read is still in memory, and lost only with the process.
    if (decoded === undefined || !isWhere(of, place, ledger)) continue
    const { record, content } = decoded
    append(renewed(of, record), content.length > 0 && hasContent(of) ? content : undefined)
  }
}

/** Each process starts a new file, so small files accumulate. */
const MAX_FILES = 64

const isWorthIt = ({ ledger, segments, slackBytes }: CompactParts): boolean =>
  segments.bytes > 2 * ledger.liveBytes + slackBytes || segments.closed.length > MAX_FILES

/** Removes the oldest files while most of the journal is dead; rejects if the disk fails. */
export const compact = async (parts: CompactParts): Promise<void> => {
  const { segments } = parts
  for (const segment of segments.closed) {
    if (!isWorthIt(parts)) return
    await evacuate(segment, parts)
    await segments.durable()
    await segments.remove(segment)
  }
}

/** Appends all live records to a new file and removes the others; rejects if the disk fails. */
export const renew = async (parts: CompactParts): Promise<void> => {
  const { segments } = parts
  segments.mend()
  const before = segments.closed
  for (const segment of before) await evacuate(segment, parts)
  await segments.durable()
  for (const segment of before) await segments.remove(segment)
}
