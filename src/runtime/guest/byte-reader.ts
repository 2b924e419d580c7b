import { TaskFailure } from './failure.js'

/** Reads a WebAssembly binary front to back; leaving its end is a `binary` failure. */
export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #end: number
  #offset: number

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes
    this.#offset = start
    this.#end = end
  }

  get offset(): number {
    return this.#offset
  }

  get done(): boolean {
    return this.#offset >= this.#end
  }

  u8(): number {
    const byte = this.#offset < this.#end ? this.#bytes[this.#offset] : undefined
    if (byte === undefined) throw this.malformed('unexpected end')
    this.#offset += 1
    return byte
  }

  /** LEB128, at most five bytes. */
  u32(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.u8()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) {
        if (value > 0xffffffff) break
        return value
      }
    }
    throw this.malformed('a number is too long')
  }

  /** Skips a signed LEB128 of up to 33 bits, as heap types are written. */
  skipS33(): void {
    for (let count = 0; count < 5; count += 1) if (this.u8() < 0x80) return
    throw this.malformed('a number is too long')
  }

  skip(count: number): void {
    if (count > this.#end - this.#offset) throw this.malformed('unexpected end')
    this.#offset += count
  }

  name(): string {
    const length = this.u32()
    const start = this.#offset
    this.skip(length)
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + start, length).toString('utf8')
  }

  /** A reader of the next `count` bytes, which this one skips. */
  section(count: number): ByteReader {
    const start = this.#offset
    this.skip(count)
    return new ByteReader(this.#bytes, start, start + count)
  }

  /** A reader that starts at an offset that was read before. */
  at(offset: number): ByteReader {
    return new ByteReader(this.#bytes, offset, this.#end)
  }

  malformed(what: string): TaskFailure {
    return new TaskFailure('binary', `malformed WebAssembly binary: ${what} at byte ${this.#offset}`)
  }
}
