import type { BodySink, FieldEntry, Responder, ResponseHead } from '../../wasi/http/message.js'
import type { Link } from '../link.js'
import { BODY_PIECE_BYTES, RESPONSE_WINDOW_BYTES } from '../protocol.js'
import type { Wants } from './wants.js'

/** Where a guest answers to: it says so to the daemon, which has the client. */
export function createResponder(link: Link, wants: Wants): Responder {
  return {
    respond: ({ status, headers }: ResponseHead) => {
      link.send({ type: 'head', status, headers })
      return new ResponseBody(link, wants)
    },
    fail: (code) => link.send({ type: 'refuse', code }),
  }
}

/** The body of a response. As much as the window may be on its way; then the guest waits for the client. */
class ResponseBody implements BodySink {
  readonly #link: Link
  readonly #wants: Wants
  #windowBytes = RESPONSE_WINDOW_BYTES
  #isGone = false

  constructor(link: Link, wants: Wants) {
    this.#link = link
    this.#wants = wants
  }

  room(): number | undefined {
    return this.#isGone ? undefined : Math.min(this.#windowBytes, BODY_PIECE_BYTES)
  }

  write(bytes: Uint8Array): void {
    this.#windowBytes -= bytes.length
    this.#link.send({ type: 'body', bytes })
  }

  flush(): void {
    // What is written is on its way.
  }

  ready(): boolean {
    if (!this.#hasRoom()) this.#take(this.#wants.peek('room').state)
    return this.#hasRoom()
  }

  wait(deadline: bigint | undefined): void {
    if (!this.#hasRoom()) this.#take(this.#wants.wait('room', deadline).state)
  }

  finish(trailers: readonly FieldEntry[]): void {
    this.#link.send({ type: 'finish', trailers })
  }

  abandon(): void {
    this.#link.send({ type: 'abandon' })
  }

  close(): void {
    // The body goes on when a stream to it is closed.
  }

  #hasRoom(): boolean {
    return this.#isGone || this.#windowBytes > 0
  }

  #take(state: 'some' | 'none' | 'end' | 'broken'): void {
    if (state === 'some') this.#windowBytes = RESPONSE_WINDOW_BYTES
    if (state === 'broken') this.#isGone = true
  }
}
