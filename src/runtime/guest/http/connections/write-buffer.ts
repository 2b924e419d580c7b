/** A chunk that Node.js passes to `_writev`. */
export type Piece = { readonly chunk: Uint8Array | string; readonly encoding: BufferEncoding }

/** Longer writes are joined in a new buffer. */
const BYTES = 16 * 1024

/** Joins pieces in a buffer that it reuses, so the result is valid until the next call. */
export class WriteBuffer {
  readonly #bytes = Buffer.allocUnsafeSlow(BYTES)

  join(pieces: readonly Piece[]): Uint8Array {
    let length = 0
    for (const piece of pieces) length += sizeOf(piece)
    if (length > this.#bytes.length) return Buffer.concat(pieces.map(bytesOf))
    let at = 0
    for (const { chunk, encoding } of pieces) {
      if (typeof chunk === 'string') at += this.#bytes.write(chunk, at, encoding)
      else {
        this.#bytes.set(chunk, at)
        at += chunk.length
      }
    }
    return this.#bytes.subarray(0, length)
  }
}

export const bytesOf = ({ chunk, encoding }: Piece): Uint8Array =>
  typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk

const sizeOf = ({ chunk, encoding }: Piece): number =>
  typeof chunk === 'string' ? Buffer.byteLength(chunk, encoding) : chunk.length
