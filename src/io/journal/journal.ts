import type { InboundMessage } from '../../model/connection.js'
import type { Publication } from '../../model/publication.js'
import type { LinkJournal } from '../mqtt/index.js'
import { CommandRecords } from './command-records.js'
import { Contents } from './contents.js'
import type { Ledger } from './ledger.js'
import { limitsOf } from './limits.js'
import type { JournalLog } from './reports.js'
import { ResultRecords } from './result-records.js'
import type { Recovered } from './recover.js'
import type { RecordKeeping } from './record-keeping.js'
import type { Segments } from './segments.js'
import { Writer } from './writer.js'
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

/** Uptime after which the counter of repeated runs resets. */
const STEADY_MS = 60_000

/**
 * Keeps on disk what must not be lost: accepted commands, and results until the broker has acknowledged them. A record is
 * written, and so survives this process, when the turn of the event loop ends, before the broker is told (`flush`), and
 * before a guest begins (`begin`). A command is acknowledged to the broker only once it would survive a power failure too.
 * One `fsync`, off the event loop, covers all records so far.
 */
export class Journal implements TaskJournal, LinkJournal {
  readonly unfinished: TaskJournal['unfinished']
  readonly results: readonly Publication[]
  readonly #keeping: RecordKeeping
  readonly #commands: CommandRecords
  readonly #kept: ResultRecords
  readonly #damages: JournalParts['damages']
  readonly #unlock: () => Promise<void>
  readonly #steady: NodeJS.Timeout
  #end: Promise<void> | undefined

  constructor({ segments, ledger, recovered, maxBytes, damages, unlock, log }: JournalParts) {
    this.unfinished = recovered.unfinished
    this.results = recovered.results
    this.#damages = damages
    this.#unlock = unlock
    const limits = limitsOf(maxBytes)
    const contents = new Contents(ledger, (record, content) => writer.append(record, content))
    const writer = new Writer({
      segments,
      ledger,
      slackBytes: limits.slackBytes,
      written: () => contents.written(),
      log,
    })
    let { last } = ledger
    const nextSequence = () => (last += 1)
    this.#keeping = { segments, ledger, writer, limits, nextSequence, log }
    this.#commands = new CommandRecords(this.#keeping, contents)
    this.#kept = new ResultRecords(this.#keeping)
    this.#steady = setTimeout(() => writer.write({ type: 'steady' }), STEADY_MS).unref()
  }

  get stats(): JournalStats {
    const { segments, ledger, writer } = this.#keeping
    const { commands, results, resultBytes, liveBytes } = ledger
    return {
      obstacle: this.obstacle,
      commands: commands.size,
      results: results.size,
      resultBytes,
      bytes: segments.bytes,
      liveBytes,
      failures: writer.failures,
      refused: this.#commands.refused,
      unkept: this.#kept.unkept,
      ...this.#damages,
    }
  }

  /** Why no command can be accepted; undefined if one can. */
  get obstacle(): string | undefined {
    return this.#commands.obstacle
  }

  // Called by the pipeline.

  record(command: JournaledCommand, message: InboundMessage): number | undefined {
    return this.#commands.record(command, message)
  }

  refuse(message: InboundMessage): number | undefined {
    return this.#commands.refuse(message)
  }

  begin(sequence: number): void {
    this.#commands.begin(sequence)
  }

  rerun(sequence: number): void {
    this.#commands.rerun(sequence)
  }

  close(sequence: number): void {
    this.#commands.close(sequence)
  }

  runsAgain(sequence: number): boolean {
    return this.#commands.runsAgain(sequence)
  }

  recordResult({ sequence, more, publication }: Result): Publication {
    if (sequence === undefined) return publication
    const refused = this.#commands.takeRefusal(sequence)
    if (refused !== undefined) return this.#kept.keepRefusal(publication, { command: sequence, ...refused })
    return this.#kept.keep(publication, { command: sequence, final: more !== true })
  }

  // Called by the MQTT client.

  get packets() {
    return [...this.#keeping.ledger.packets.values()].map(({ packet }) => packet)
  }

  forget(id: number): void {
    const { ledger, writer } = this.#keeping
    if (ledger.packets.has(id)) writer.defer({ type: 'forgotten', id })
  }

  loseSession(): void {
    const { ledger, writer } = this.#keeping
    if (ledger.packets.size > 0) writer.write({ type: 'session-lost' })
  }

  flight(sequence: number) {
    return this.#kept.flight(sequence)
  }

  sent(sequence: number, messageId: number): void {
    this.#kept.sent(sequence, messageId)
  }

  released(sequence: number): void {
    this.#kept.released(sequence)
  }

  flush(): void {
    this.#keeping.writer.flush()
  }

  durable(): Promise<void> | undefined {
    return this.#commands.durable()
  }

  // The fate of publications.

  /** A result needs nothing more: the broker has it, or never will. */
  settle(sequence: number): void {
    this.#kept.settle(sequence)
  }

  /** Replaces a result that cannot be delivered by another publication. */
  replace(sequence: number, publication: Publication): Publication {
    return this.#kept.replace(sequence, publication)
  }

  /** Resolves when everything is on disk and another process may open the journal. */
  end(): Promise<void> {
    this.#end ??= this.#close()
    return this.#end
  }

  async #close(): Promise<void> {
    clearTimeout(this.#steady)
    await this.#keeping.writer.close()
    await this.#unlock()
  }
}
