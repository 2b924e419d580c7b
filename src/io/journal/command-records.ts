import type { InboundMessage, Packet } from '../../model/connection.js'
import type { JournaledCommand } from '../../model/journal.js'
import { type Contents, PART_BYTES } from './contents.js'
import type { JournalRecord } from './record.js'
import { runsAgain } from './recover.js'
import type { RecordKeeping } from './record-keeping.js'
import { isRepeated, roundVariablesOf, subjectOf } from './subject.js'

/** Commands in the journal: accepted while there is room and the disk works, and kept until they are closed. */
export class CommandRecords {
  readonly #keeping: RecordKeeping
  readonly #contents: Contents
  /** How many appends there were once the last command was written; it is acknowledged when those are durable. */
  #acknowledgeAt = 0
  /** The packets of commands that were refused at once and whose results are yet to be recorded, by sequence number. */
  readonly #refusals = new Map<number, Packet | undefined>()
  #refused = 0

  constructor(keeping: RecordKeeping, contents: Contents) {
    this.#keeping = keeping
    this.#contents = contents
  }

  /** Commands refused since the start. */
  get refused(): number {
    return this.#refused
  }

  /** Why no command can be accepted; undefined if one can. */
  get obstacle(): string | undefined {
    const { writer, ledger, segments, limits } = this.#keeping
    if (writer.failure !== undefined) return `the journal cannot be written: ${writer.failure}`
    const isFull = ledger.liveBytes >= limits.commandBytes || segments.bytes >= limits.fileBytes
    return isFull ? `the journal is full: it holds ${ledger.liveBytes} live bytes` : undefined
  }

  record(command: JournaledCommand, message: InboundMessage): number | undefined {
    const { writer, segments, nextSequence } = this.#keeping
    const sequence = nextSequence()
    const { packet } = message
    if (command.type === 'stop') {
      writer.write({ type: 'stop', number: sequence, id: command.id, ...(packet && { packet }) })
      this.#acknowledgeAt = segments.appended
      return undefined
    }
    const { id, invocation } = subjectOf(command)
    const env = command.type === 'start' ? roundVariablesOf(command.env) : undefined
    const content = this.#contentToKeep(command, message)
    const once = !isRepeated(command)
    const isInRecord = content !== undefined && content.length <= PART_BYTES
    const record: JournalRecord = {
      type: 'command',
      number: sequence,
      id,
      subtopic: message.subtopic,
      contentBytes: content?.length ?? 0,
      ...(env && { env }),
      ...(content && once && { once }),
      ...(invocation && { invocation: invocation.id === undefined ? {} : { id: invocation.id } }),
      ...(packet && { packet }),
    }
    if (!this.#admit(record, isInRecord ? content : undefined)) return undefined
    if (content !== undefined && !isInRecord)
      this.#contents.write(sequence, content, (error) => writer.fail(error))
    return sequence
  }

  /** A command without a record; undefined if its result can't be recorded either. */
  refuse({ packet }: InboundMessage): number | undefined {
    const { writer, nextSequence } = this.#keeping
    if (writer.failure !== undefined) return undefined
    const sequence = nextSequence()
    this.#refusals.set(sequence, packet)
    return sequence
  }

  /** Whether a result is that of a refused command, and the packet that this came in. */
  takeRefusal(sequence: number): { readonly packet: Packet | undefined } | undefined {
    if (!this.#refusals.has(sequence)) return undefined
    const packet = this.#refusals.get(sequence)
    this.#refusals.delete(sequence)
    // Its result is owed next.
    this.#acknowledgeAt = this.#appendedOrOwed() + 1
    return { packet }
  }

  begin(sequence: number): void {
    const { ledger, writer } = this.#keeping
    const command = ledger.commands.get(sequence)
    if (command?.once === true && command.contentBytes > 0) writer.write({ type: 'begun', number: sequence })
    else writer.flush()
  }

  rerun(sequence: number): void {
    this.#keeping.writer.write({ type: 'rerun', number: sequence })
  }

  close(sequence: number): void {
    const { ledger, writer } = this.#keeping
    if (ledger.commands.has(sequence)) writer.write({ type: 'closed', number: sequence })
  }

  runsAgain(sequence: number): boolean {
    const command = this.#keeping.ledger.commands.get(sequence)
    return command !== undefined && !command.once && runsAgain(command)
  }

  /** Resolves when every command accepted so far would survive a power failure; undefined if it would already. */
  durable(): Promise<void> | undefined {
    const { segments, writer } = this.#keeping
    if (this.#contents.isIdle && this.#acknowledgeAt <= segments.synced) return undefined
    return writer.isSyncFailing && !writer.owesCommand ? undefined : writer.gather()
  }

  /** The message to keep for a run after a restart; undefined if none is needed or there is no room. */
  #contentToKeep(command: JournaledCommand, { payload }: InboundMessage): Uint8Array | undefined {
    if (command.type !== 'start' && command.type !== 'invoke') return undefined
    const { ledger, limits, log } = this.#keeping
    const isRoom = ledger.liveBytes + payload.length <= limits.commandBytes
    if (isRoom) return payload
    log[isRepeated(command) ? 'warn' : 'info'](
      { id: command.id, bytes: payload.length },
      'No room in the journal: the task will not run again after a restart',
    )
    return undefined
  }

  #admit(record: JournalRecord, content?: Uint8Array): boolean {
    const { writer } = this.#keeping
    // A failed write can simply be retried; after a failed sync, what was written cannot be trusted.
    if (writer.isSyncFailing || (writer.failure === undefined && this.obstacle !== undefined)) {
      this.#refused += 1
      return false
    }
    try {
      writer.soon(record, content)
    } catch (error) {
      this.#refused += 1
      writer.fail(error)
      return false
    }
    this.#acknowledgeAt = this.#appendedOrOwed()
    return true
  }

  /** How many appends there will be once everything so far is written. */
  #appendedOrOwed(): number {
    return this.#keeping.segments.appended + this.#keeping.writer.owed
  }
}
