/** A piece of what is to be written, as streams of Node.js have it. */
export type Piece = { readonly chunk: Uint8Array | string; readonly encoding: BufferEncoding }

/** More is joined in memory of its own. */
const BYTES = 16 * 1024

/** Joins pieces in memory that is used again: what it returns is good until the next call. */
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
