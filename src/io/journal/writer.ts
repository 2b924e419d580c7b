import { setTimeout as delay } from 'node:timers/promises'
import { compact, renew, type CompactParts } from './compact.js'
import type { Ledger } from './ledger.js'
import { encodeRecord, type JournalRecord } from './record.js'
import type { JournalLog } from './reports.js'
import type { Segments } from './segments.js'
import { messageOf } from '../../model/message-of.js'

export type WriterParts = {
  readonly segments: Segments
  readonly ledger: Ledger
  readonly slackBytes: number
  /** Resolves when what is written bit by bit is written. */
  readonly written: () => Promise<void>
  readonly log: JournalLog
}

/** What nobody waits for is on the disk itself after at most this, in milliseconds. */
const LAZY_SYNC_MS = 50
/** For so long, acknowledgements gather that wait for the disk together: nobody waits for them but the broker. */
const GATHER_MS = 1
/** When the disk failed to sync, it is tried again after this. */
const RETRY_MS = 1000
/** Records that a failing disk did not take, and is given when it works again. */
const MAX_OWED = 10_000

const NOWHERE = { segment: 0, offset: 0, bytes: 0 }

/**
 * Writes records: at once to the files, later to the disk itself, and lets go of what is over.
 *
 * A write that fails is tried again with the next record. After a sync that failed, what was written before means nothing:
 * all that is live is written again, elsewhere, until that is synced.
 */
export class Writer {
  readonly #segments: Segments
  readonly #ledger: Ledger
  readonly #compaction: CompactParts
  readonly #written: () => Promise<void>
  readonly #log: JournalLog
  #owed: JournalRecord[] = []
  #failure: string | undefined
  #failures = 0
  #isSyncFailing = false
  #isCompacting = false
  #isClosed = false
  #renewing: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #gathering: Promise<void> | undefined

  constructor({ segments, ledger, slackBytes, written, log }: WriterParts) {
    this.#segments = segments
    this.#ledger = ledger
    this.#written = written
    this.#log = log
    const append = (record: JournalRecord, content?: Uint8Array) => this.append(record, content)
    this.#compaction = { ledger, segments, append, slackBytes }
  }

  /** Why nothing can be written; undefined: it can. */
  get failure(): string | undefined {
    return this.#failure
  }

  get failures(): number {
    return this.#failures
  }

  get isSyncFailing(): boolean {
    return this.#isSyncFailing
  }

  /** Throws when the disk does not take it. */
  append(record: JournalRecord, content?: Uint8Array): void {
    for (let [owed] = this.#owed; owed !== undefined; [owed] = this.#owed) {
      this.#segments.append(...encodeRecord(owed))
      this.#owed.shift()
    }
    this.#ledger.apply(record, this.#segments.append(...encodeRecord(record, content)))
    if (!this.#isSyncFailing) this.#recovered()
    this.#later(LAZY_SYNC_MS)
  }

  /** A record without a content: what the disk doesn't take, it is owed. */
  write(record: JournalRecord): void {
    if (this.#isClosed) return
    try {
      this.append(record)
    } catch (error) {
      this.fail(error)
      this.#ledger.apply(record, NOWHERE)
      if (this.#owed.length < MAX_OWED) this.#owed.push(record)
    }
  }

  /** Resolves when all so far is on the disk itself, or it fails; never rejects. */
  async commit(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    try {
      await this.#written()
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

  /** The same, a moment later, for all that call meanwhile. */
  gather(): Promise<void> {
    this.#gathering ??= delay(GATHER_MS).then(() => {
      this.#gathering = undefined
      return this.commit()
    })
    return this.#gathering
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    try {
      await this.#written()
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
  }

  #recovered(): void {
    if (this.#failure !== undefined) this.#log.info({}, 'Journal works again')
    this.#failure = undefined
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
