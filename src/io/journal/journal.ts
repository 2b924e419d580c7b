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

  /** Why no command is taken; undefined: they are. */
  get obstacle(): string | undefined {
    return this.#commands.obstacle
  }

  // What the pipeline tells.

  record(command: JournaledCommand, message: InboundMessage): number | undefined {
    return this.#commands.record(command, message)
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
    return this.#kept.keep(publication, { command: sequence, final: more !== true })
  }

  // What the link tells.

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

  // What becomes of a publication.

  /** Nothing more is to be done for a result: the broker has it, or never will. */
  settle(sequence: number): void {
    this.#kept.settle(sequence)
  }

  /** Another publication takes the place of a result that can't be delivered. */
  replace(sequence: number, publication: Publication): Publication {
    return this.#kept.replace(sequence, publication)
  }

  /** Resolves when all is on disk and another process may open it. */
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
