import { HostError } from '../host/errors.js'
import type { StreamSource } from '../host/streams.js'
import { Pollable } from './pollable.js'
import { operationFailed, streamClosed } from './stream-error.js'

/** Maximum bytes of one read; a guest that wants more reads again. */
const MAX_READ_BYTES = 65_536

/** Converts a requested `u64` length to the number of bytes read at once. */
export const toReadLength = (length: bigint): number =>
  length > BigInt(MAX_READ_BYTES) ? MAX_READ_BYTES : Number(length)

/** `input-stream` of wasi:io/streams. A failed read closes it; the end of the source does not, because it may move. */
export class InputStream {
  #source: StreamSource | undefined

  /** Owns the source; without one, the stream is at its end. */
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
      // Waits first, so that a source that may block need not check its data without blocking.
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
