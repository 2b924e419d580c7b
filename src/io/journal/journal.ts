import type { InboundMessage } from '../../model/connection.js'
import type { Publication } from '../../model/publication.js'
import type { LinkJournal } from '../mqtt/index.js'
import { Contents, PART_BYTES } from './contents.js'
import type { Ledger } from './ledger.js'
import { limitsOf, type Limits } from './limits.js'
import type { JournalLog } from './reports.js'
import type { JournalRecord } from './record.js'
import { runsAgain, type Recovered } from './recover.js'
import type { Segments } from './segments.js'
import { Writer } from './writer.js'
import { isRepeated, roundVariablesOf, subjectOf } from './subject.js'
import type { TaskJournal, JournaledCommand, JournalStats } from '../../model/journal.js'
import type { Result } from '../../model/result.js'

export type JournalParts = {
  readonly segments: Segments
  readonly ledger: Ledger
  readonly recovered: Recovered
  readonly maxBytes: number
  readonly damages: Pick<JournalStats, 'damagedBytes' | 'damagedFiles'>
  readonly unlock: () => Promise<void>
  readonly log: JournalLog
}

/** A process that lives so long did not end because of what it runs again. */
const STEADY_MS = 60_000

/**
 * What must not be lost, on disk: commands that were taken in, and results until the broker has acknowledged them. What
 * it is told is written when the call returns, and so outlives this process; but what is about to be told to the broker is written
 * together, when `flush` is called. The broker is told that we have a command only once it would outlive a loss of power too. The disk itself is waited for off the event loop, for all at once.
 */
export class Journal implements TaskJournal, LinkJournal {
  readonly unfinished: TaskJournal['unfinished']
  readonly results: readonly Publication[]
  readonly #segments: Segments
  readonly #ledger: Ledger
  readonly #contents: Contents
  readonly #writer: Writer
  readonly #limits: Limits
  readonly #log: JournalLog
  readonly #unlock: () => Promise<void>
  readonly #steady: NodeJS.Timeout
  readonly #counts = { refused: 0, unkept: 0 }
  readonly #damages: JournalParts['damages']
  /** The number of appends that the last command was among: the broker hears of it when they are durable. */
  #acknowledgeAt = 0
  #last: number
  #isKeeping = true
  #end: Promise<void> | undefined

  constructor({ segments, ledger, recovered, maxBytes, damages, unlock, log }: JournalParts) {
    this.unfinished = recovered.unfinished
    this.results = recovered.results
    this.#segments = segments
    this.#ledger = ledger
    this.#limits = limitsOf(maxBytes)
    this.#log = log
    this.#unlock = unlock
    this.#last = ledger.last
    this.#damages = damages
    this.#contents = new Contents(ledger, (record, content) => this.#writer.append(record, content))
    this.#writer = new Writer({
      segments,
      ledger,
      slackBytes: this.#limits.slackBytes,
      written: () => this.#contents.written(),
      log,
    })
    this.#steady = setTimeout(() => this.#writer.write({ type: 'steady' }), STEADY_MS).unref()
  }

  get stats(): JournalStats {
    const { commands, results, resultBytes, liveBytes } = this.#ledger
    const { bytes } = this.#segments
    const { failures } = this.#writer
    return {
      commands: commands.size,
      results: results.size,
      resultBytes,
      bytes,
      liveBytes,
      failures,
      ...this.#counts,
      ...this.#damages,
    }
  }

  /** Why no command is taken; undefined: they are. */
  get obstacle(): string | undefined {
    const { failure } = this.#writer
    if (failure !== undefined) return `the journal can not be written: ${failure}`
    const isFull =
      this.#ledger.liveBytes >= this.#limits.commandBytes || this.#segments.bytes >= this.#limits.fileBytes
    return isFull ? `the journal is full: ${this.#ledger.liveBytes} bytes wait in it` : undefined
  }

  // What the pipeline tells.

  record(command: JournaledCommand, message: InboundMessage): number | undefined {
    const sequence = this.#next()
    const { packet } = message
    if (command.type === 'stop') {
      this.#writer.write({ type: 'stop', number: sequence, id: command.id, ...(packet && { packet }) })
      this.#acknowledgeAt = this.#segments.appended
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
      this.#contents.write(sequence, content, (error) => this.#writer.fail(error))
    return sequence
  }

  begin(sequence: number): void {
    const command = this.#ledger.commands.get(sequence)
    if (command?.once === true && command.contentBytes > 0)
      this.#writer.write({ type: 'begun', number: sequence })
  }

  rerun(sequence: number): void {
    this.#writer.write({ type: 'rerun', number: sequence })
  }

  close(sequence: number): void {
    if (this.#ledger.commands.has(sequence)) this.#writer.write({ type: 'closed', number: sequence })
  }

  runsAgain(sequence: number): boolean {
    const command = this.#ledger.commands.get(sequence)
    return command !== undefined && !command.once && runsAgain(command)
  }

  recordResult({ sequence, more, publication }: Result): Publication {
    if (sequence === undefined) return publication
    return this.#keep(publication, { command: sequence, final: more !== true })
  }

  // What the link tells.

  get packets() {
    return [...this.#ledger.packets.values()].map(({ packet }) => packet)
  }

  forget(id: number): void {
    if (this.#ledger.packets.has(id)) this.#writer.defer({ type: 'forgotten', id })
  }

  loseSession(): void {
    if (this.#ledger.packets.size > 0) this.#writer.write({ type: 'session-lost' })
  }

  flight(sequence: number) {
    const result = this.#ledger.results.get(sequence)
    if (result?.messageId === undefined) return undefined
    return { messageId: result.messageId, isReleased: result.released }
  }

  sent(sequence: number, messageId: number): void {
    this.#writer.defer({ type: 'sent', number: sequence, messageId })
  }

  released(sequence: number): void {
    this.#writer.defer({ type: 'released', number: sequence })
  }

  flush(): void {
    this.#writer.flush()
  }

  durable(): Promise<void> | undefined {
    if (this.#contents.isIdle && this.#acknowledgeAt <= this.#segments.synced) return undefined
    return this.#writer.isSyncFailing ? undefined : this.#writer.gather()
  }

  // What becomes of a publication.

  /** Nothing more is to be done for a result: the broker has it, or never will. */
  settle(sequence: number): void {
    if (this.#ledger.results.has(sequence)) this.#writer.defer({ type: 'settled', number: sequence })
  }

  /** Another publication takes the place of a result that can't be delivered. */
  replace(sequence: number, publication: Publication): Publication {
    const { subtopic, payload, keep } = publication
    const kept = this.#keep({ subtopic, payload, keep }, { command: 0, final: false })
    this.settle(sequence)
    this.flush()
    return kept
  }

  /** Resolves when all is on disk and another process may open it. */
  end(): Promise<void> {
    this.#end ??= this.#close()
    return this.#end
  }

  async #close(): Promise<void> {
    clearTimeout(this.#steady)
    await this.#writer.close()
    await this.#unlock()
  }

  #next(): number {
    this.#last += 1
    return this.#last
  }

  /** Of what is to run after a restart, unless there is no room for it. */
  #contentToKeep(command: JournaledCommand, { payload }: InboundMessage): Uint8Array | undefined {
    if (command.type !== 'start' && command.type !== 'invoke') return undefined
    const isRoom = this.#ledger.liveBytes + payload.length <= this.#limits.commandBytes
    if (isRoom) return payload
    this.#log[isRepeated(command) ? 'warn' : 'info'](
      { id: command.id, bytes: payload.length },
      'no room in the journal: the task will not run again',
    )
    return undefined
  }

  #admit(record: JournalRecord, content?: Uint8Array): boolean {
    // A write that failed is just tried again; after a sync that failed, what is written means nothing.
    if (this.#writer.isSyncFailing || (this.#writer.failure === undefined && this.obstacle !== undefined)) {
      this.#counts.refused += 1
      return false
    }
    try {
      this.#writer.append(record, content)
    } catch (error) {
      this.#counts.refused += 1
      this.#writer.fail(error)
      return false
    }
    this.#acknowledgeAt = this.#segments.appended
    return true
  }

  #keep(publication: Publication, { command, final }: { command: number; final: boolean }): Publication {
    const sequence = this.#next()
    const encoded = Buffer.from(JSON.stringify(publication.payload))
    const { subtopic } = publication
    try {
      if (this.#ledger.liveBytes + encoded.length > this.#limits.keepBytes)
        throw new Error('the journal is full')
      this.#writer.append({ type: 'result', number: sequence, command, subtopic, final }, encoded)
    } catch (error) {
      this.#counts.unkept += 1
      if (this.#isKeeping)
        this.#log.error({ err: error }, 'results can not be written to the journal: they are in memory only')
      this.#isKeeping = false
      if (final) this.close(command)
      return { ...publication, encoded }
    }
    this.#isKeeping = true
    return { ...publication, sequence, encoded }
  }
}
