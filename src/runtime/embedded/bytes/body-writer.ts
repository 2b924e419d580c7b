import type { Writable } from 'node:stream'
import { WINDOW_BYTES } from '../../guest/channel/protocol.js'
import { Waiter, type Answer, type Given } from './waiter.js'

/** Accepts the bytes of an outgoing message, and signals the guest when the peer has consumed enough. */
export class BodyWriter {
  readonly #stream: Writable
  readonly #waiter = new Waiter(() => this.#take())
  #unacknowledged = 0

  constructor(stream: Writable) {
    this.#stream = stream
    stream.on('drain', () => this.#waiter.offer())
    stream.on('close', () => this.#waiter.offer())
    stream.on('error', () => this.#waiter.offer())
  }

  /** More came than a guest sends without asking for room. */
  get isFlooded(): boolean {
    return this.#unacknowledged > WINDOW_BYTES
  }

  /** All of it was handed over, or the other side is gone. */
  get isOver(): boolean {
    return this.#stream.writableEnded || this.#stream.destroyed
  }

  /** Nobody may change the bytes any more. */
  write(bytes: Uint8Array): void {
    this.skip(bytes)
    if (!this.isFlooded && !this.isOver) this.#stream.write(bytes)
  }

  /** Bytes that are not to be written count as well. */
  skip(bytes: Uint8Array): void {
    this.#unacknowledged += bytes.length
  }

  /** Answers with `some` when the other side has taken enough of what was sent, with `broken` when it is gone. */
  room(waitMs: number | null, answer: Answer): void {
    this.#waiter.ask(waitMs, answer)
  }

  #take(): Given | undefined {
    if (this.isOver) return { state: 'broken' }
    if (this.#stream.writableNeedDrain) return undefined
    this.#unacknowledged = 0
    return { state: 'some' }
  }
}
