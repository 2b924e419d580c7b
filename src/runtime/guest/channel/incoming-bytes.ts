import { HostError } from '@proplet/wasi/host/errors.js'
import { HttpFailure, type BodySource, type FieldEntry } from '@proplet/wasi/http/message.js'
import type { NetworkError } from './protocol.js'
import type { Given } from './given.js'
import { soon, type Wants } from './wants.js'

const NO_BYTES = new Uint8Array(0)

/** The body of an incoming message, which the daemon delivers in pieces on request. */
export class IncomingBytes implements BodySource {
  readonly trailers: BodySource['trailers']
  readonly #wants: Wants
  readonly #closed: () => void
  #state: 'open' | 'ended' | 'broken'
  #piece: Uint8Array = NO_BYTES
  #trailers: readonly FieldEntry[] = []
  #error: NetworkError = { tag: 'connection-terminated' }
  /** The daemon has just reported that nothing is available: do not ask again at once. */
  #isJustEmpty = false

  /** @param closed is called when the rest is not needed. */
  constructor(wants: Wants, hasBody: boolean, closed: () => void = () => undefined) {
    this.#wants = wants
    this.#closed = closed
    this.#state = hasBody ? 'open' : 'ended'
    this.trailers = {
      ready: () => this.#skip((of) => wants.peek(of)),
      wait: (deadline) => void this.#skip((of) => wants.wait(of, deadline)),
      get: () => this.#takeTrailers(),
    }
  }

  read(length: number): Uint8Array | undefined {
    if (this.#piece.length === 0 && this.#state === 'open') this.#take(this.#wants.peek('body'))
    if (this.#piece.length > 0) {
      const bytes = this.#piece.subarray(0, length)
      this.#piece = this.#piece.subarray(length)
      return bytes
    }
    if (this.#state === 'broken') throw new HostError('EPIPE', 'the message ended early')
    return this.#state === 'ended' ? undefined : NO_BYTES
  }

  ready(): boolean {
    if (this.#isAtHand()) return true
    if (this.#isJustEmpty) {
      this.#isJustEmpty = false
      return false
    }
    this.#take(this.#wants.peek('body'))
    return this.#isAtHand()
  }

  wait(deadline: bigint | undefined): void {
    if (!this.#isAtHand()) this.#take(this.#wants.wait('body', deadline))
  }

  notify(done: () => void): () => void {
    if (this.#isAtHand()) return soon(done)
    return this.#wants.ask('body', (given) => {
      this.#take(given)
      done()
    })
  }

  /** Nobody needs the rest. */
  close(): void {
    this.#piece = NO_BYTES
    this.#closed()
  }

  #isAtHand(): boolean {
    return this.#piece.length > 0 || this.#state !== 'open'
  }

  /** Nobody reads the body any more: one step towards its end. */
  #skip(ask: (of: 'body') => Given): boolean {
    this.#piece = NO_BYTES
    if (this.#state === 'open') this.#take(ask('body'))
    return this.#state !== 'open'
  }

  #take({ state, bytes, trailers, error }: Given): void {
    this.#isJustEmpty = state === 'none'
    if (state === 'some') this.#piece = bytes
    if (state === 'broken') {
      this.#state = 'broken'
      this.#error = error ?? this.#error
    }
    if (state === 'end') {
      this.#state = 'ended'
      this.#trailers = trailers ?? []
    }
  }

  #takeTrailers(): readonly FieldEntry[] | undefined {
    if (this.#state === 'broken') throw new HttpFailure(this.#error)
    return this.#trailers.length === 0 ? undefined : this.#trailers
  }
}
