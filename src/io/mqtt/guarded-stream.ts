import { Duplex } from 'node:stream'
import { AckGate } from './ack-gate.js'
import { BULK_BYTES, type PacketLimiter } from './limiter.js'
import { toError } from '../../model/to-error.js'

type Callback = (error?: Error | null) => void

/**
 * The socket as the MQTT client sees it: what comes in goes through the limiter; what goes out in bulk goes in pieces,
 * so that a slow link can be told from a dead one. Closes with the socket, and closes the socket.
 */
export class GuardedStream extends Duplex {
  /** When a packet of bulk size last moved, either way, on the clock of `performance.now()`. */
  bulkAt = -Infinity
  readonly #inner: Duplex
  readonly #gate: AckGate | undefined
  #uncorks = 0

  /** `ready`: when acknowledgements may go out, see `LinkJournal.durable`; by default at once. */
  constructor(inner: Duplex, limiter: PacketLimiter, ready?: () => Promise<void> | undefined) {
    super({ allowHalfOpen: false })
    this.#inner = inner
    const write = (acknowledgement: Buffer) => {
      if (!this.writableEnded && !this.destroyed) this.write(acknowledgement)
    }
    this.#gate = ready && new AckGate(ready, write)
    inner.on('data', (chunk: Buffer) => {
      try {
        const parts = limiter.push(chunk)
        if (limiter.bulk) this.bulkAt = performance.now()
        const full = parts.reduce((more, part) => this.push(part) && more, true)
        if (!full) inner.pause()
      } catch (error) {
        this.destroy(toError(error))
      }
    })
    inner.on('error', (error: Error) => this.destroy(error))
    inner.on('end', () => this.push(null))
    inner.on('close', () => this.destroy())
  }

  override _read(): void {
    this.#inner.resume()
  }

  /**
   * MQTT.js corks for each packet. What was written in one turn of the event loop goes out at its end, together: each write
   * of ours wakes the broker.
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
    done(error)
  }

  #pass(chunks: readonly Buffer[], done: Callback): void {
    const buffers = this.#gate?.filter(chunks) ?? chunks
    if (buffers.length === 0) {
      done()
      return
    }
    if (buffers.reduce((sum, buffer) => sum + buffer.length, 0) > BULK_BYTES) {
      this.#passBulk(pieces(buffers), done)
      return
    }
    this.#inner.cork()
    buffers.forEach((buffer, i) => {
      if (i === buffers.length - 1) this.#inner.write(buffer, done)
      else this.#inner.write(buffer)
    })
    this.#inner.uncork()
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
