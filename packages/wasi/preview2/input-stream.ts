import { HostError } from '../host/errors.js'
import type { StreamSource } from '../host/streams.js'
import { Pollable } from './pollable.js'
import { operationFailed, streamClosed } from './stream-error.js'

/** What one read gives at most, in bytes; a guest that wants more reads again. */
export const MAX_READ_BYTES = 65_536

/** A `u64` that a guest asks to read, as a number of bytes that it gets at once. */
export const toReadLength = (length: bigint): number =>
  length > BigInt(MAX_READ_BYTES) ? MAX_READ_BYTES : Number(length)

/** `input-stream` of wasi:io/streams. A failed read closes it; the end of the source does not, as it may move. */
export class InputStream {
  #source: StreamSource | undefined

  /** Takes over the source; without one, it is at its end. */
  constructor(source: StreamSource | undefined) {
    this.#source = source
  }

  read(length: bigint): Uint8Array {
    const source = this.#source
    if (source === undefined) throw streamClosed()
    const asked = toReadLength(length)
    if (asked === 0) return new Uint8Array(0)
    const bytes = this.#read(source, asked)
    if (bytes === undefined) throw streamClosed()
    return bytes
  }

  blockingRead(length: bigint): Uint8Array {
    for (;;) {
      // Waits first: a source that may block does not have to find out what it has without blocking.
      if (length > 0n) this.subscribe().block()
      const bytes = this.read(length)
      if (bytes.length > 0 || length === 0n) return bytes
    }
  }

  skip(length: bigint): bigint {
    return BigInt(this.read(length).length)
  }

  blockingSkip(length: bigint): bigint {
    return BigInt(this.blockingRead(length).length)
  }

  subscribe(): Pollable {
    return new Pollable({
      ready: () => this.#source?.ready() ?? true,
      wait: (deadline) => this.#source?.wait(deadline),
    })
  }

  [Symbol.dispose](): void {
    const source = this.#source
    this.#source = undefined
    source?.close()
  }

  #read(source: StreamSource, length: number): Uint8Array | undefined {
    try {
      return source.read(length)
    } catch (error) {
      if (!(error instanceof HostError)) throw error
      this[Symbol.dispose]()
      throw operationFailed(error)
    }
  }
}
