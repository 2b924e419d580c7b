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

  /** Whether the guest sent more than the window without asking for room. */
  get isFlooded(): boolean {
    return this.#unacknowledged > WINDOW_BYTES
  }

  /** Whether everything was handed over, or the peer is gone. */
  get isOver(): boolean {
    return this.#stream.writableEnded || this.#stream.destroyed
  }

  /** The caller must not change the bytes afterwards. */
  write(bytes: Uint8Array): void {
    this.skip(bytes)
    if (!this.isFlooded && !this.isOver) this.#stream.write(bytes)
  }

  /** Counts bytes without writing them. */
  skip(bytes: Uint8Array): void {
    this.#unacknowledged += bytes.length
  }

  /** Answers with `some` once the peer has consumed enough, or `broken` if it is gone. */
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
