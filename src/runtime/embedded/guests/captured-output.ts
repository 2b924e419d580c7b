const FIRST_BYTES = 1024

/** The beginning of a stream, up to a limit; the buffer doubles, however small the pieces are. */
export class CapturedOutput {
  /** Bytes received, kept or not. */
  bytes = 0
  readonly #maxBytes: number
  #buffer = new Uint8Array(0)
  #kept = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get exceeded(): boolean {
    return this.bytes > this.#maxBytes
  }

  push(piece: Uint8Array): void {
    this.bytes += piece.length
    const fitting = piece.subarray(0, this.#maxBytes - this.#kept)
    const needed = this.#kept + fitting.length
    if (needed > this.#buffer.length) {
      const grown = new Uint8Array(
        Math.min(this.#maxBytes, Math.max(needed, FIRST_BYTES, this.#buffer.length * 2)),
      )
      grown.set(this.#buffer.subarray(0, this.#kept))
      this.#buffer = grown
    }
    this.#buffer.set(fitting, this.#kept)
    this.#kept = needed
  }

  /** Decoded as UTF-8, with U+FFFD for invalid bytes. */
  text(): string {
    return decodeText(this.#buffer.subarray(0, this.#kept))
  }
}

/** The last bytes of a stream. */
export class OutputTail {
  /** Bytes received, kept or not. */
  bytes = 0
  readonly #maxBytes: number
  #tail: Uint8Array = new Uint8Array(0)

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  push(piece: Uint8Array): void {
    this.bytes += piece.length
    const missing = this.#maxBytes - piece.length
    this.#tail =
      missing <= 0 ? piece.slice(-this.#maxBytes) : Buffer.concat([this.#tail.subarray(-missing), piece])
  }

  text(): string {
    return decodeText(this.#tail)
  }
}

/** Stateless between calls. */
const DECODER = new TextDecoder('utf-8', { ignoreBOM: true })

function decodeText(bytes: Uint8Array): string {
  return bytes.length === 0 ? '' : DECODER.decode(bytes)
}
