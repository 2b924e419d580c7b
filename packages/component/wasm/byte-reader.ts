import { ComponentError } from '../error.js'

/** Creates the error for a binary that is malformed at an offset. */
export type Malformed = (what: string, offset: number) => ComponentError

const malformedModule: Malformed = (what, offset) =>
  new ComponentError('binary', `malformed WebAssembly binary: ${what} at byte ${offset}`, { offset })

/** The limit of wasm-tools and V8 on names, in bytes. */
const MAX_NAME_BYTES = 100_000

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads a WebAssembly binary sequentially; reading past the end is a `binary` failure. */
export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #end: number
  readonly #malformed: Malformed
  #offset: number

  constructor(bytes: Uint8Array, start = 0, end = bytes.length, malformed = malformedModule) {
    this.#bytes = bytes
    this.#offset = start
    this.#end = end
    this.#malformed = malformed
  }

  get offset(): number {
    return this.#offset
  }

  get done(): boolean {
    return this.#offset >= this.#end
  }

  /** The number of bytes left. */
  get left(): number {
    return this.#end - this.#offset
  }

  u8(): number {
    const byte = this.#offset < this.#end ? this.#bytes[this.#offset] : undefined
    if (byte === undefined) throw this.malformed('unexpected end')
    this.#offset += 1
    return byte
  }

  /** LEB128, at most five bytes. */
  u32(): number {
    // Most numbers have one byte.
    const first = this.u8()
    if (first < 0x80) return first
    let value = first & 0x7f
    for (let shift = 7; shift < 35; shift += 7) {
      const byte = this.u8()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) {
        if (value > 0xffffffff) break
        return value
      }
    }
    throw this.malformed('a number is too long')
  }

  /** Signed LEB128 of 33 bits, the encoding of type indices where negative numbers are built-in types. */
  s33(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.u8()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) {
        if ((byte & 0x40) !== 0) value -= 2 ** (shift + 7)
        if (value < -(2 ** 32) || value >= 2 ** 32) break
        return value
      }
    }
    throw this.malformed('a number is too long')
  }

  /** LEB128 of 64 bits; values above 2⁵³ are rounded. */
  u64(): number {
    let value = 0
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.u8()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) {
        if (value > 2 ** 64) break
        return value
      }
    }
    throw this.malformed('a number is too long')
  }

  /** Skips a signed LEB128 of up to 33 bits, the encoding of heap types. */
  skipS33(): void {
    for (let count = 0; count < 5; count += 1) if (this.u8() < 0x80) return
    throw this.malformed('a number is too long')
  }

  skip(count: number): void {
    if (count > this.#end - this.#offset) throw this.malformed('unexpected end')
    this.#offset += count
  }

  /** Text in strict UTF-8. */
  name(): string {
    const at = this.#offset
    const length = this.u32()
    if (length > MAX_NAME_BYTES) throw this.#malformed(`a name of ${length} bytes`, at)
    const start = this.#offset
    this.skip(length)
    try {
      return utf8.decode(this.#bytes.subarray(start, start + length))
    } catch {
      throw this.#malformed('a name is not UTF-8', at)
    }
  }

  /** A reader of the next `count` bytes, which this one skips. */
  section(count: number): ByteReader {
    const start = this.#offset
    this.skip(count)
    return new ByteReader(this.#bytes, start, start + count, this.#malformed)
  }

  /** A reader that starts at an offset already read. */
  at(offset: number): ByteReader {
    return new ByteReader(this.#bytes, offset, this.#end, this.#malformed)
  }

  malformed(what: string): ComponentError {
    return this.#malformed(what, this.#offset)
  }
}
