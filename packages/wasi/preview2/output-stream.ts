import { HostError } from '../host/errors.js'
import type { StreamSink } from '../host/streams.js'
import { trap } from './failure.js'
import type { InputStream } from './input-stream.js'
import { Pollable } from './pollable.js'
import { operationFailed, streamClosed } from './stream-error.js'

/** Maximum bytes of the calls that write and flush at once, by wasi:io/streams. */
const MAX_BLOCKING_BYTES = 4096

/** `output-stream` of wasi:io/streams. A failure closes it. */
export class OutputStream {
  #sink: StreamSink | undefined
  /** Bytes that may be written without another `check-write`. */
  #permit = 0

  /** Owns the sink. */
  constructor(sink: StreamSink) {
    this.#sink = sink
  }

  checkWrite(): bigint {
    return BigInt(this.#checkWrite())
  }

  write(contents: Uint8Array): void {
    this.#attempt((sink) => {
      const room = sink.room()
      if (room === undefined) throw streamClosed()
      this.#spend(contents.length, room)
      if (contents.length > 0) sink.write(contents)
    })
  }

  blockingWriteAndFlush(contents: Uint8Array): void {
    if (contents.length > MAX_BLOCKING_BYTES) trap(`expected at most ${MAX_BLOCKING_BYTES} bytes to write`)
    for (let rest = contents; rest.length > 0;) {
      this.subscribe().block()
      const piece = rest.subarray(0, this.#checkWrite())
      this.write(piece)
      rest = rest.subarray(piece.length)
    }
    this.blockingFlush()
  }

  flush(): void {
    this.#attempt((sink) => {
      if (sink.room() === undefined) throw streamClosed()
      sink.flush()
      this.#permit = Math.min(this.#permit, sink.room() ?? 0)
    })
  }

  /** Does not fail if flushing closes the stream; the next call does. */
  blockingFlush(): void {
    this.flush()
    this.subscribe().block()
    this.#attempt((sink) => sink.room())
  }

  subscribe(): Pollable {
    return new Pollable({
      ready: () => this.#sink?.ready() ?? true,
      wait: (deadline) => this.#sink?.wait(deadline),
    })
  }

  writeZeroes(length: bigint): void {
    this.#attempt((sink) => {
      if (length > BigInt(Math.max(this.#permit, sink.room() ?? 0))) overspent()
    })
    this.write(new Uint8Array(Number(length)))
  }

  blockingWriteZeroesAndFlush(length: bigint): void {
    if (length > BigInt(MAX_BLOCKING_BYTES)) trap(`expected at most ${MAX_BLOCKING_BYTES} zeroes to write`)
    this.blockingWriteAndFlush(new Uint8Array(Number(length)))
  }

  splice(source: InputStream, length: bigint): bigint {
    const room = this.checkWrite()
    const bytes = source.read(length < room ? length : room)
    this.write(bytes)
    return BigInt(bytes.length)
  }

  blockingSplice(source: InputStream, length: bigint): bigint {
    this.subscribe().block()
    source.subscribe().block()
    return this.splice(source, length)
  }

  [Symbol.dispose](): void {
    const sink = this.#sink
    this.#sink = undefined
    sink?.close()
  }

  #checkWrite(): number {
    return this.#attempt((sink) => {
      const room = sink.room()
      if (room === undefined) throw streamClosed()
      this.#permit = room
      return room
    })
  }

  /** A write without `check-write` may be as long as there is room, as in wasmtime; a longer one traps. */
  #spend(bytes: number, room: number): void {
    const permit = Math.max(this.#permit, room)
    if (bytes > permit) overspent()
    this.#permit = permit - bytes
  }

  #attempt<T>(work: (sink: StreamSink) => T): T {
    if (this.#sink === undefined) throw streamClosed()
    try {
      return work(this.#sink)
    } catch (error) {
      if (!(error instanceof HostError)) throw error
      this[Symbol.dispose]()
      throw operationFailed(error)
    }
  }
}

const overspent = (): never => trap('expected no more bytes than check-write permitted')
