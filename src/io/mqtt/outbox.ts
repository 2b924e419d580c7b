import type { Publication } from '../../model/publication.js'
import type { Entry } from './delivery.js'
import { encode } from './encode.js'
import { Fifo } from './fifo.js'
import type { InflightWindow } from './inflight-window.js'
import type { Delivery, RejectionCause, OutboxStats } from '../../model/delivery.js'

/** Maximum number of waiting messages; beyond it, publications are rejected and counted. */
export const MAX_WAITING_MESSAGES = 100_000
export const MAX_WAITING_BYTES = 256 * 1024 * 1024
/** While more messages wait, no further messages are received, because they lead to more publications. */
const MAX_WAITING_TO_TAKE = 256
/** Limit of keyed `latest` publications; beyond it the oldest is dropped, so they never displace results. */
const MAX_WAITING_KEYS = 1000

export type OutboxOptions = {
  readonly topicPrefix: string
  readonly maxPacketBytes: number
  readonly window: Pick<InflightWindow, 'value' | 'narrowed'>
  readonly maxWaitingMessages?: number
  readonly maxWaitingBytes?: number
  readonly maxWaitingKeys?: number
}

type Lane = 'all' | 'latest'

/**
 * The queue of publications for the broker. Decides which is next; does no I/O.
 *
 * Two lanes: `all` in order, `latest` with the newest of each subtopic, those with a key behind the others. They alternate, and
 * while more than one may be in flight, one place is reserved for `latest`: so a heartbeat waits behind at most one result,
 * however many there are.
 *
 * At most as many entries as `window` allows are taken and not settled. Nothing is dropped except by the limits above.
 */
export class Outbox {
  readonly #options: OutboxOptions
  readonly #all = new Fifo<Entry>()
  /** By subtopic. */
  readonly #latest = new Map<string, Entry>()
  /** By subtopic and key. */
  readonly #latestOfKeys = new Map<string, Entry>()
  readonly #taken = new Map<Entry, Lane>()
  #takenOfAll = 0
  #lastLane: Lane = 'latest'
  #bytes = 0
  #dropped = 0
  #closed = false

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  get stats(): OutboxStats {
    const { narrowed } = this.#options.window
    return {
      waiting: this.#waiting,
      bytes: this.#bytes,
      inflight: this.#taken.size,
      dropped: this.#dropped,
      ...(narrowed && { narrowed }),
    }
  }

  /** Whether messages may be received. */
  get isRoom(): boolean {
    return this.#all.length < MAX_WAITING_TO_TAKE
  }

  get empty(): boolean {
    return this.#taken.size + this.#waiting === 0
  }

  /** Accepts a publication and encodes it. `report` receives its delivery, at once if it is rejected. */
  offer(publication: Publication, report: (delivery: Delivery) => void): void {
    const { topicPrefix, maxPacketBytes } = this.#options
    const reject = (cause: RejectionCause, reason: string) =>
      report({ publication, at: 'rejected', cause, reason })
    if (this.#closed) {
      reject('closed', 'the connection is closing')
      return
    }
    const encoded = encode(publication, topicPrefix, maxPacketBytes)
    if (!encoded.ok) {
      reject(encoded.cause, encoded.reason)
      return
    }
    const { topic, payload } = encoded
    const entry: Entry = { publication, topic, payload, report }
    const slot = slotOf(publication)
    const slots = this.#slotsFor(publication)
    const replaced = publication.keep === 'latest' ? (slots.get(slot) ?? this.#surplus(slots)) : undefined
    if (replaced === undefined && this.#isFull(payload.length)) {
      this.#dropped += 1
      reject('overflow', 'the outbox is full')
      return
    }
    this.#bytes += payload.length
    if (publication.keep === 'all') this.#all.push(entry)
    else slots.set(slot, entry)
    if (replaced !== undefined) {
      if (slotOf(replaced.publication) !== slot) slots.delete(slotOf(replaced.publication))
      this.#bytes -= replaced.payload.length
      replaced.report({ publication: replaced.publication, at: 'replaced' })
    }
  }

  /**
   * Accepts a publication that is in flight already; like `offer`, but the limit may be exceeded by one. Undefined if it was
   * rejected.
   */
  adopt(publication: Publication, report: (delivery: Delivery) => void): Entry | undefined {
    const { topicPrefix, maxPacketBytes } = this.#options
    const encoded = encode(publication, topicPrefix, maxPacketBytes)
    if (!encoded.ok) {
      report({ publication, at: 'rejected', cause: encoded.cause, reason: encoded.reason })
      return undefined
    }
    const entry: Entry = { publication, topic: encoded.topic, payload: encoded.payload, report }
    this.#taken.set(entry, 'all')
    this.#takenOfAll += 1
    return entry
  }

  /**
   * The next entry to send, if one may be sent; it is in flight from now on. `latest` may exceed the limit if it is sent without
   * acknowledgement.
   */
  take(sparesLatest = false): Entry | undefined {
    const lane = this.#nextLane(sparesLatest)
    if (lane === undefined) return undefined
    const entry = lane === 'all' ? this.#all.shift() : this.#shiftLatest()
    if (entry === undefined) return undefined
    this.#lastLane = lane
    this.#bytes -= entry.payload.length
    this.#taken.set(entry, lane)
    if (lane === 'all') this.#takenOfAll += 1
    entry.report({ publication: entry.publication, at: 'handed' })
    return entry
  }

  acknowledge(entry: Entry): void {
    if (this.#release(entry) === undefined) return
    entry.report({ publication: entry.publication, at: 'acknowledged' })
  }

  reject(entry: Entry, cause: RejectionCause, reason: string): void {
    if (this.#release(entry) === undefined) return
    entry.report({ publication: entry.publication, at: 'rejected', cause, reason })
  }

  /** Returns entries in flight that were never sent to the front of the queue; of `latest`, a newer one wins. */
  putBack(entries: readonly Entry[]): void {
    const ofAll: Entry[] = []
    for (const entry of entries) {
      const lane = this.#release(entry)
      const slot = slotOf(entry.publication)
      const slots = this.#slotsFor(entry.publication)
      if (lane === undefined) continue
      if (lane === 'latest' && slots.has(slot)) {
        entry.report({ publication: entry.publication, at: 'replaced' })
        continue
      }
      this.#bytes += entry.payload.length
      if (lane === 'all') ofAll.push(entry)
      else slots.set(slot, entry)
    }
    this.#all.putBack(ofAll)
  }

  /** Accepts no more; what waits is still sent. */
  close(): void {
    this.#closed = true
  }

  #nextLane(sparesLatest: boolean): Lane | undefined {
    const inflight = this.#options.window.value
    const forLatest = this.#latest.size + this.#latestOfKeys.size > 0
    if (this.#taken.size >= inflight) return sparesLatest && forLatest ? 'latest' : undefined
    const forAll = this.#all.length > 0 && this.#takenOfAll < Math.max(1, inflight - 1)
    if (forAll && forLatest) return this.#lastLane === 'all' ? 'latest' : 'all'
    if (forAll) return 'all'
    return forLatest ? 'latest' : undefined
  }

  #shiftLatest(): Entry | undefined {
    const slots = this.#latest.size > 0 ? this.#latest : this.#latestOfKeys
    const [entry] = slots.values()
    if (entry !== undefined) slots.delete(slotOf(entry.publication))
    return entry
  }

  #slotsFor({ key }: Publication): Map<string, Entry> {
    return key === undefined ? this.#latest : this.#latestOfKeys
  }

  /** The entry that a new one replaces. */
  #surplus(slots: Map<string, Entry>): Entry | undefined {
    const { maxWaitingKeys = MAX_WAITING_KEYS } = this.#options
    const [oldest] = slots.values()
    return slots === this.#latestOfKeys && slots.size >= maxWaitingKeys ? oldest : undefined
  }

  get #waiting(): number {
    return this.#all.length + this.#latest.size + this.#latestOfKeys.size
  }

  #release(entry: Entry): Lane | undefined {
    const lane = this.#taken.get(entry)
    this.#taken.delete(entry)
    if (lane === 'all') this.#takenOfAll -= 1
    return lane
  }

  #isFull(bytes: number): boolean {
    const { maxWaitingMessages = MAX_WAITING_MESSAGES, maxWaitingBytes = MAX_WAITING_BYTES } = this.#options
    return this.#waiting >= maxWaitingMessages || this.#bytes + bytes > maxWaitingBytes
  }
}

/** A subtopic contains no space. */
const slotOf = ({ subtopic, key = '' }: Publication): string => `${subtopic} ${key}`
