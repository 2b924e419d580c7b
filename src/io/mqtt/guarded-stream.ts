import { Duplex } from 'node:stream'
import { AckGate } from './ack-gate.js'
import { InboundLanes, type LanesOptions } from './inbound-lanes.js'
import { BULK_BYTES, type PacketLimiter } from './limiter.js'
import type { Precedence } from './waiting-messages.js'
import { toError } from '../../model/to-error.js'

type Callback = (error?: Error | null) => void

export type StreamHooks = {
  /** When acknowledgements may be sent, see `LinkJournal.durable`; by default at once. */
  readonly ready?: () => Promise<void> | undefined
  /** Called before anything is written. */
  readonly beforeWrite?: () => void
  /** Whether the client may receive another message; `resumeMessages` is called when it may again. */
  readonly isRoom?: () => boolean
  readonly precedence?: Precedence | undefined
  readonly prepare?: LanesOptions['prepare']
  /** Whether a large packet is being received, called when that changes. */
  readonly onReceiving?: (isReceiving: boolean) => void
}

/**
 * The socket as seen by the MQTT client: incoming bytes pass the limiter, and messages wait behind other packets; large outgoing
 * packets are sent in pieces, so that a slow connection can be told from a dead one. Closes with the socket, and closes the
 * socket.
 */
export class GuardedStream extends Duplex {
  /** When a large packet last made progress, in either direction, on the clock of `performance.now()`. */
  bulkAt = -Infinity
  readonly #inner: Duplex
  readonly #beforeWrite: () => void
  readonly #gate: AckGate | undefined
  readonly #lanes: InboundLanes
  /** Messages that still wait then are not acknowledged, and will be redelivered. */
  #hasEnded = false
  #uncorks = 0
  readonly #onReceiving: (isReceiving: boolean) => void
  #isReceiving = false

  constructor(inner: Duplex, limiter: PacketLimiter, hooks: StreamHooks = {}) {
    super({ allowHalfOpen: false })
    const { ready, isRoom, precedence, prepare } = hooks
    const { beforeWrite = () => undefined, onReceiving = () => undefined } = hooks
    this.#inner = inner
    this.#beforeWrite = beforeWrite
    this.#onReceiving = onReceiving
    this.#lanes = new InboundLanes({
      pass: (piece) => {
        if (!this.#hasEnded && !this.destroyed) this.push(piece)
      },
      ...(isRoom && { isRoom }),
      ...(prepare && { prepare }),
      precedence,
    })
    const write = (acknowledgement: Buffer) => {
      if (!this.writableEnded && !this.destroyed) this.write(acknowledgement)
    }
    this.#gate = ready && new AckGate(ready, write)
    inner.on('data', (chunk: Buffer) => {
      try {
        const parts = limiter.push(chunk)
        if (limiter.bulk) this.bulkAt = performance.now()
        for (const part of parts) this.#lanes.push(part)
        this.#setReceiving(limiter.bulk)
        if (this.#lanes.isFull) inner.pause()
      } catch (error) {
        this.destroy(toError(error))
      }
    })
    inner.on('error', (error: Error) => this.destroy(error))
    inner.on('end', () => {
      this.#hasEnded = true
      this.push(null)
    })
    inner.on('close', () => this.destroy())
  }

  /** The client has begun to process a message. */
  messageTaken(): void {
    this.#lanes.taken()
    this.#readMore()
  }

  /** There may be room for more messages. */
  resumeMessages(): void {
    this.#lanes.resume()
    this.#readMore()
  }

  /** Writes packets that acknowledge no messages, without looking into them. */
  writeUnseen(packets: Buffer): void {
    this.#gate?.pass(packets)
    this.write(packets)
  }

  override _read(): void {
    // Incoming bytes are pushed by the lanes.
  }

  /**
   * MQTT.js corks for each packet. Everything written in one turn of the event loop is sent together at its end, because each
   * write wakes the broker.
   */
  override uncork(): void {
    this.#uncorks += 1
    if (this.#uncorks > 1) return
    setImmediate(() => {
      for (; this.#uncorks > 0; this.#uncorks -= 1) super.uncork()
    })
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Callback): void {
    this.#pass([chunk], done)
  }

  override _writev(chunks: { chunk: Buffer }[], done: Callback): void {
    this.#pass(
      chunks.map(({ chunk }) => chunk),
      done,
    )
  }

  override _final(done: Callback): void {
    this.#inner.end(done)
  }

  override _destroy(error: Error | null, done: Callback): void {
    this.#inner.destroy()
    this.#setReceiving(false)
    done(error)
  }

  #setReceiving(isReceiving: boolean): void {
    if (isReceiving === this.#isReceiving) return
    this.#isReceiving = isReceiving
    this.#onReceiving(isReceiving)
  }

  #readMore(): void {
    if (!this.#lanes.isFull && this.#inner.isPaused()) this.#inner.resume()
  }

  #pass(chunks: readonly Buffer[], done: Callback): void {
    const buffers = this.#gate?.filter(chunks) ?? chunks
    if (buffers.length === 0) {
      done()
      return
    }
    this.#beforeWrite()
    if (buffers.reduce((sum, buffer) => sum + buffer.length, 0) > BULK_BYTES) {
      this.#passBulk(pieces(buffers), done)
      return
    }
    // As one buffer: a packet consists of up to eight.
    const [first] = buffers
    this.#inner.write(buffers.length === 1 ? first : Buffer.concat(buffers), done)
  }

  #passBulk(parts: Iterator<Buffer>, done: Callback): void {
    const next = parts.next()
    if (next.done === true) {
      done()
      return
    }
    this.#inner.write(next.value, (error) => {
      if (error) {
        done(error)
        return
      }
      this.bulkAt = performance.now()
      this.#passBulk(parts, done)
    })
  }
}

function* pieces(buffers: readonly Buffer[]): Generator<Buffer, undefined> {
  for (const buffer of buffers) {
    for (let at = 0; at < buffer.length; at += BULK_BYTES) yield buffer.subarray(at, at + BULK_BYTES)
  }
  return undefined
}
