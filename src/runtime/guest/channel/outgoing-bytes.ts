import type { BodySink, FieldEntry } from '@proplet/wasi/http/message.js'
import type { Link } from './link.js'
import { BODY_PIECE_BYTES, WINDOW_BYTES, type Handle } from './protocol.js'
import { soon, type Wants } from './wants.js'

/** The body of an outgoing message. At most a window is in flight; then the guest waits for the peer. */
export class OutgoingBytes implements BodySink {
  readonly #link: Link
  readonly #wants: Wants
  readonly #handle: Handle
  #windowBytes = WINDOW_BYTES
  #isGone = false

  constructor(link: Link, wants: Wants, handle: Handle) {
    this.#link = link
    this.#wants = wants
    this.#handle = handle
  }

  room(): number | undefined {
    return this.#isGone ? undefined : Math.min(this.#windowBytes, BODY_PIECE_BYTES)
  }

  write(bytes: Uint8Array): void {
    this.#windowBytes -= bytes.length
    this.#link.queue({ type: 'body', handle: this.#handle, bytes })
  }

  flush(): void {
    this.#link.flush()
  }

  ready(): boolean {
    if (!this.#hasRoom()) this.#take(this.#wants.peek('room').state)
    return this.#hasRoom()
  }

  wait(deadline: bigint | undefined): void {
    if (!this.#hasRoom()) this.#take(this.#wants.wait('room', deadline).state)
  }

  notify(done: () => void): () => void {
    if (this.#hasRoom()) return soon(done)
    return this.#wants.ask('room', ({ state }) => {
      this.#take(state)
      done()
    })
  }

  finish(trailers: readonly FieldEntry[]): void {
    this.#link.send({ type: 'finish', handle: this.#handle, trailers })
  }

  abandon(): void {
    this.#link.send({ type: 'abandon', handle: this.#handle })
  }

  close(): void {
    // Closing a stream to the body does not close the body.
  }

  #hasRoom(): boolean {
    return this.#isGone || this.#windowBytes > 0
  }

  #take(state: 'some' | 'none' | 'end' | 'broken'): void {
    if (state === 'some') this.#windowBytes = WINDOW_BYTES
    if (state === 'broken') this.#isGone = true
  }
}
