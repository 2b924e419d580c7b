import { httpImports } from '../wasi/http/index.js'
import {
  HttpFailure,
  type FutureResponse,
  type Outgoing,
  type RequestHead,
  type RequestTimes,
} from '../wasi/http/message.js'
import type { Preview2Imports } from '../wasi/preview2.js'
import { IncomingBytes } from './incoming-bytes.js'
import type { Link } from './link.js'
import { OutgoingBytes } from './outgoing-bytes.js'
import type { NetworkError } from './protocol.js'
import { Wants, type Given } from './wants.js'

const NANOSECONDS = 1_000_000

const milliseconds = (duration: bigint | undefined): number | null =>
  duration === undefined ? null : Number(duration) / NANOSECONDS

/** `wasi:http` for one guest. */
export const networkImports = (link: Link): Preview2Imports => httpImports(createOutgoing(link))

/** The way out of one guest: the daemon has the network, and looks at what is allowed. */
function createOutgoing(link: Link): Outgoing {
  // 0 is the request that is being answered.
  let handles = 0
  return {
    send: (head: RequestHead, times: RequestTimes) => {
      handles += 1
      const handle = handles
      link.send({
        type: 'open',
        handle,
        request: {
          kind: 'http',
          method: head.method,
          scheme: head.scheme ?? 'https',
          authority: head.authority ?? '',
          path: head.pathWithQuery ?? '/',
          headers: head.headers,
          connectMs: milliseconds(times.connect),
          firstByteMs: milliseconds(times.firstByte),
          betweenBytesMs: milliseconds(times.betweenBytes),
        },
      })
      const wants = new Wants(link, handle)
      const close = () => link.send({ type: 'close', handle })
      return { body: new OutgoingBytes(link, wants, handle), response: new RemoteResponse(wants, close) }
    },
  }
}

class RemoteResponse implements FutureResponse {
  readonly close: () => void
  readonly #wants: Wants
  #given: Given | undefined

  constructor(wants: Wants, close: () => void) {
    this.#wants = wants
    this.close = close
  }

  ready(): boolean {
    if (this.#given === undefined) this.#take(this.#wants.peek('answer'))
    return this.#given !== undefined
  }

  wait(deadline: bigint | undefined): void {
    if (this.#given === undefined) this.#take(this.#wants.wait('answer', deadline))
  }

  get(): ReturnType<FutureResponse['get']> {
    const { answer, error } = this.#given ?? {}
    if (answer === undefined) throw failureOf(error)
    return { head: answer, body: new IncomingBytes(this.#wants, true, this.close) }
  }

  #take(given: Given): void {
    if (given.state !== 'none') this.#given = given
  }
}

const failureOf = (error: NetworkError | undefined): HttpFailure =>
  new HttpFailure(error ?? { tag: 'connection-terminated' })
