import type { Readable } from 'node:stream'
import { BODY_PIECE_BYTES } from '../../guest/channel/protocol.js'
import { pairsOf } from '../../guest/http/messages/fields.js'
import { Waiter, type Answer, type Given } from './waiter.js'

/** HTTP messages have trailers. */
type Source = Readable & { readonly rawTrailers?: readonly string[] }

/** The body of an incoming message, read at the guest's request: the rest stays with the peer. */
export class BodyReader {
  readonly #message: Source
  readonly #maxBytes: number
  readonly #exceeded: () => void
  readonly #waiter = new Waiter(() => this.#take())
  #bytes = 0
  #state: 'unread' | 'open' | 'ended' | 'broken' = 'unread'

  /** `exceeded` is called once, when the body is longer than `maxBytes`. */
  constructor(message: Source, maxBytes: number, exceeded: () => void) {
    this.#message = message
    this.#maxBytes = maxBytes
    this.#exceeded = exceeded
  }

  /** Answers with a piece, or with the end. */
  give(waitMs: number | null, answer: Answer): void {
    this.#open()
    this.#waiter.ask(waitMs, answer)
  }

  /** No more data will arrive. */
  break(): void {
    if (this.#state !== 'ended') this.#state = 'broken'
    this.#waiter.offer()
  }

  #open(): void {
    if (this.#state !== 'unread') return
    this.#state = this.#message.destroyed ? 'broken' : 'open'
    this.#message.on('readable', () => this.#waiter.offer())
    this.#message.on('end', () => {
      if (this.#state === 'open') this.#state = 'ended'
      this.#waiter.offer()
    })
    this.#message.on('error', () => this.break())
    this.#message.on('close', () => this.break())
  }

  #take(): Given | undefined {
    if (this.#bytes > this.#maxBytes) return { state: 'broken' }
    const length = Math.min(this.#message.readableLength, BODY_PIECE_BYTES)
    // Without a length, `read` also notices the end.
    const data: unknown = length === 0 ? this.#message.read() : this.#message.read(length)
    if (data instanceof Uint8Array) {
      this.#bytes += data.length
      if (this.#bytes <= this.#maxBytes) return { state: 'some', bytes: data }
      this.#exceeded()
      return { state: 'broken' }
    }
    if (this.#state === 'broken') return { state: 'broken' }
    return this.#state === 'ended'
      ? { state: 'end', trailers: pairsOf(this.#message.rawTrailers ?? []) }
      : undefined
  }
}
