import type { BodySource, FieldEntry } from '@proplet/wasi/http/message.js'
import { soon } from '../../channel/wants.js'

/** The body of a request that has been read completely. */
export class WholeBody implements BodySource {
  readonly trailers: BodySource['trailers']
  #rest: Uint8Array

  constructor(bytes: Uint8Array, trailers: readonly FieldEntry[]) {
    this.#rest = bytes
    this.trailers = trailers.length === 0 ? NO_TRAILERS : trailersOf(trailers)
  }

  read(length: number): Uint8Array | undefined {
    if (this.#rest.length === 0) return undefined
    const piece = this.#rest.subarray(0, length)
    this.#rest = this.#rest.subarray(length)
    return piece
  }

  ready(): boolean {
    return true
  }

  wait(): void {
    // All bytes are available.
  }

  notify(done: () => void): () => void {
    return soon(done)
  }

  close(): void {
    // The guest may still read its stream, as with a body that comes from the daemon.
  }
}

const trailersOf = (trailers: readonly FieldEntry[] | undefined): BodySource['trailers'] => ({
  ready: () => true,
  wait: () => undefined,
  get: () => trailers,
})

const NO_TRAILERS = trailersOf(undefined)
