import { compact, renew, type CompactParts } from './compact.js'
import { Gathering } from './gathering.js'
import { NOWHERE, type Ledger } from './ledger.js'
import { encodeOwed, joinSteps, type Owed } from './owed.js'
import type { JournalRecord } from './record.js'
import type { JournalLog } from './reports.js'
import type { Place, Segments } from './segments.js'
import { messageOf } from '../../model/message-of.js'

export type WriterParts = {
  readonly segments: Segments
  readonly ledger: Ledger
  readonly slackBytes: number
  /** Resolves when contents that are written in parts are complete. */
  readonly written: () => Promise<void>
  readonly log: JournalLog
}

/** Records that nothing waits for are synced within this time, in milliseconds. */
const LAZY_SYNC_MS = 50
/** Acknowledgements gather to share a sync: 4 ms cost a task 5 % less processor time than 1, and only the broker waits. */
const GATHER = { ms: 4, calls: 10 }
/** Delay before retrying after a failed write or sync. */
const RETRY_MS = 1000
/** A record without effect, since no message has this ID. Writing it shows whether the disk works again. */
const PROBE: JournalRecord = { type: 'forgotten', id: 0 }
/** Cap on the records that wait for a failing disk to work again. */
const MAX_OWED = 10_000
/** Caps on deferred records, and on the contents of those that wait for the end of the turn. */
const MAX_DEFERRED = 256
const MAX_SOON_BYTES = 16 * 1024

/**
 * Writes records to the files at once, syncs them later, and removes dead ones.
 *
 * A failed write is retried with the next record. After a failed sync, earlier writes cannot be trusted:
 * all live records are written again, to a new file, until that is synced.
 */
export class Writer {
  readonly #segments: Segments
  readonly #ledger: Ledger
  readonly #compaction: CompactParts
  readonly #contentsWritten: () => Promise<void>
  readonly #log: JournalLog
  readonly #gathering = new Gathering(() => this.#commitCommands(), GATHER)
  #owed: Owed[] = []
  #soonBytes = 0
  /** Called when no command is owed any more. */
  readonly #waiting: (() => void)[] = []
  #failure: string | undefined
  #failures = 0
  #isSyncFailing = false
  #isCompacting = false
  #isClosed = false
  #renewing: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #probe: NodeJS.Timeout | undefined
  #endOfTurn: NodeJS.Immediate | undefined

  constructor({ segments, ledger, slackBytes, written, log }: WriterParts) {
    this.#segments = segments
    this.#ledger = ledger
    this.#contentsWritten = written
    this.#log = log
    const append = (record: JournalRecord, content?: Uint8Array) => this.append(record, content)
    this.#compaction = { ledger, segments, append, slackBytes }
  }

  /** Why nothing can be written; undefined if it can. */
  get failure(): string | undefined {
    return this.#failure
  }

  get failures(): number {
    return this.#failures
  }

  /** Records that are to be written. */
  get owed(): number {
    return this.#owed.length
  }

  get isSyncFailing(): boolean {
    return this.#isSyncFailing
  }

  /** Whether a command that is not answered yet is in no file, because the disk failed when its turn ended. */
  get owesCommand(): boolean {
    return (
      this.#failure !== undefined &&
      this.#owed.some(({ record }) => record.type === 'command' && this.#ledger.commands.has(record.number))
    )
  }

  /** Throws if the disk fails. */
  append(record: JournalRecord, content?: Uint8Array): void {
    const last = { record, content }
    const place = this.#write([...joinSteps(this.#owed), last], this.#owed.length + 1)
    this.#ledger.apply(record, place)
  }

  /**
   * Takes a record that is written when this turn of the event loop ends, or with the next record before that: a write costs
   * more than a small record. A large record is written at once, and so is any while the disk fails; then this throws.
   */
  soon(record: JournalRecord, content?: Uint8Array): void {
    this.#soonBytes += content?.length ?? 0
    if (this.#failure !== undefined || this.#isClosed || this.#soonBytes > MAX_SOON_BYTES)
      this.append(record, content)
    else {
      this.defer(record, content)
      this.#endOfTurn ??= setImmediate(() => this.#endTurn())
    }
  }

  /**
   * Takes a record that must be written before the broker is told about it: it is written with the next record, or by `flush`.
   * Of those with a place and a content, commands and results only.
   */
  defer(record: JournalRecord, content?: Uint8Array): void {
    if (this.#isClosed) return
    this.#ledger.apply(record, NOWHERE)
    this.#owe({ record, content })
    if (this.#owed.length >= MAX_DEFERRED && this.#failure === undefined) this.flush()
    this.#later(LAZY_SYNC_MS)
  }

  /** Writes the deferred records. */
  flush(): void {
    if (this.#owed.length === 0 || this.#isClosed) return
    try {
      this.#write(joinSteps(this.#owed), this.#owed.length)
    } catch (error) {
      this.fail(error)
    }
  }

  /** Writes a record without a content; if the disk fails, it is written later. */
  write(record: JournalRecord): void {
    if (this.#isClosed) return
    try {
      this.append(record)
    } catch (error) {
      this.fail(error)
      this.#ledger.apply(record, NOWHERE)
      this.#owe({ record, content: undefined })
      this.#wake()
    }
  }

  /** Resolves when all records so far are synced, or the sync failed; never rejects. */
  async commit(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    try {
      await this.#contentsWritten()
      this.flush()
      if (this.#isSyncFailing) await this.#renew()
      else await this.#segments.durable()
    } catch (error) {
      this.#isSyncFailing = true
      this.fail(error)
      this.#later(RETRY_MS)
      return
    }
    if (!this.#isCompacting && !this.#isClosed) void this.#compact()
  }

  /** The same, shared by all callers of a short time, and not while a command is owed. */
  gather(): Promise<void> {
    return this.#gathering.join()
  }

  async close(): Promise<void> {
    this.flush()
    this.#isClosed = true
    clearTimeout(this.#timer)
    clearTimeout(this.#probe)
    try {
      await this.#contentsWritten()
      await this.#segments.close()
    } catch (error) {
      this.fail(error)
    }
  }

  fail(error: unknown): void {
    this.#failures += 1
    if (this.#failure === undefined)
      this.#log.error({ err: error }, 'Failed to write to the journal: refusing tasks until it works again')
    this.#failure = messageOf(error)
    this.#probeLater()
  }

  /** While tasks are refused, nobody may send any, so no other record would show that the disk works again. */
  #probeLater(): void {
    if (this.#isClosed) return
    this.#probe ??= setTimeout(() => {
      this.#probe = undefined
      if (this.#isClosed || this.#failure === undefined || this.#isSyncFailing) return
      try {
        this.append(PROBE)
      } catch (error) {
        this.fail(error)
      }
    }, RETRY_MS).unref()
  }

  #owe(owed: Owed): void {
    if (this.#owed.length < MAX_OWED) this.#owed.push(owed)
  }

  /** Writes the records, which include all that are owed; returns the place of the last one. */
  #write(records: readonly Owed[], appends: number): Place {
    const places = this.#segments.append(records.map(encodeOwed), appends)
    records.forEach(({ record }, at) => {
      const place = places[at]
      if (place !== undefined) this.#ledger.locate(record, place)
    })
    this.#owed = []
    this.#soonBytes = 0
    if (!this.#isSyncFailing) this.#recovered()
    this.#later(LAZY_SYNC_MS)
    return places[places.length - 1] ?? NOWHERE
  }

  /** The broker keeps an owed command until it is acknowledged, and nobody else does; so this never resolves if it stays owed. */
  async #commitCommands(): Promise<void> {
    await this.commit()
    if (!this.owesCommand) return
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
    await this.#commitCommands()
  }

  #endTurn(): void {
    this.#endOfTurn = undefined
    this.flush()
  }

  #recovered(): void {
    if (this.#failure !== undefined) this.#log.info({}, 'Journal works again')
    this.#failure = undefined
    this.#wake()
  }

  #wake(): void {
    if (this.#waiting.length === 0 || this.owesCommand) return
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  #later(ms: number): void {
    if (!this.#isClosed) this.#timer ??= setTimeout(() => void this.commit(), ms).unref()
  }

  #renew(): Promise<void> {
    this.#renewing ??= renew(this.#compaction)
      .then(() => {
        this.#isSyncFailing = false
        this.#recovered()
      })
      .finally(() => (this.#renewing = undefined))
    return this.#renewing
  }

  async #compact(): Promise<void> {
    this.#isCompacting = true
    try {
      await compact(this.#compaction)
    } catch (error) {
      this.fail(error)
    } finally {
      this.#isCompacting = false
    }
  }
}
