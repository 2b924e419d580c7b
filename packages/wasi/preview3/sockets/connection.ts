import type { Channel } from '@proplet/component/link/async/channel.js'
import { hostFuture, hostStream, refuseStream } from '@proplet/component/link/async/host.js'
import type { HostWork } from '@proplet/component/link/async/work.js'
import { HttpFailure, type BodySource } from '../../http/message.js'
import type { Stream } from '../../sockets/port.js'
import { nextPiece } from '../http/body.js'
import { errorCode } from './error.js'

const OK = { tag: 'ok' }
const failed = (code: string) => ({ tag: 'err', val: errorCode(code) })

/** Both directions of a connection. It is closed when the guest has dropped its socket, and reading and writing have ended. */
export class Connection {
  readonly #work: HostWork
  readonly #stream: Stream
  #users = 1
  #isSending = false
  #isReceiving = false

  constructor(work: HostWork, stream: Stream) {
    this.#work = work
    this.#stream = stream
  }

  /** Returns a future of the result. */
  send(data: unknown): Channel {
    if (this.#isSending) return refuseToSend(data)
    this.#isSending = true
    this.#users += 1
    const { sink } = this.#stream
    const { future, resolve } = hostFuture()
    this.#work.consume(data, {
      room: () => sink.room(),
      put: (items) => {
        if (!(items instanceof Uint8Array)) throw new TypeError('expected bytes')
        sink.write(items)
        sink.flush()
      },
      whenRoom: (done) => sink.notify(done),
      end: (complete) => {
        if (complete) sink.finish([])
        resolve(complete ? OK : failed('connection-broken'))
        this.left()
      },
    })
    return future
  }

  /** A stream, and a future of how it ended. */
  receive(): [Channel, Channel] {
    if (this.#isReceiving) return refuseToReceive()
    this.#isReceiving = true
    this.#users += 1
    const { source } = this.#stream
    const { future, resolve } = hostFuture()
    const stream = this.#work.stream({
      next: (done) => nextPiece(source, done),
      close: () => {
        resolve(endOf(source))
        this.left()
      },
    })
    return [stream, future]
  }

  /** The socket was dropped, or one direction has ended. */
  left(): void {
    this.#users -= 1
    if (this.#users === 0) this.#stream.close()
  }
}

/** For a socket that is not connected, or already sends. */
export function refuseToSend(data: unknown): Channel {
  const { future, resolve } = hostFuture()
  resolve(failed('invalid-state'))
  refuseStream(data)
  return future
}

/** For a socket that is not connected, or already receives. */
export function refuseToReceive(): [Channel, Channel] {
  const { future, resolve } = hostFuture()
  resolve(failed('invalid-state'))
  return [hostStream({ take: () => undefined, close: () => undefined }), future]
}

function endOf(source: BodySource): unknown {
  try {
    source.trailers.get()
    return OK
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error
    return failed(error.code.tag)
  }
}
