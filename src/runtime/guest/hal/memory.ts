import { HalFailure } from '../../hal/failure.js'

const outOfBounds = () => new HalFailure('out of bounds')
const decoder = new TextDecoder('utf-8', { fatal: true })

/** The linear memory of a core module; pointers and lengths are unsigned. Throws HalFailure for what is out of bounds. */
export class RawMemory {
  #memory: WebAssembly.Memory | undefined

  bind(memory: WebAssembly.Memory): void {
    this.#memory = memory
  }

  /** A copy: services must not see a guest change it. */
  read(pointer: number, length: number): Uint8Array {
    return this.#view(pointer, length).slice()
  }

  /** UTF-8. */
  text(pointer: number, length: number): string {
    try {
      return decoder.decode(this.read(pointer, length))
    } catch {
      throw new HalFailure('not UTF-8')
    }
  }

  /** Writes bytes to `out` and their number to `outLength`; the guest's buffer must be large enough. */
  write(out: number, outLength: number, bytes: Uint8Array): number {
    this.#view(outLength, 4)
    this.#view(out, bytes.length).set(bytes)
    this.u32(outLength, bytes.length)
    return bytes.length
  }

  /** Throws if nothing could be written, before something irreversible is done. */
  check(...ranges: readonly (readonly [pointer: number, length: number])[]): void {
    for (const [pointer, length] of ranges) this.#view(pointer, length)
  }

  u32(pointer: number, value: number): void {
    const view = this.#view(pointer, 4)
    new DataView(view.buffer, view.byteOffset, 4).setUint32(0, value, true)
  }

  u64(pointer: number, value: bigint): void {
    const view = this.#view(pointer, 8)
    new DataView(view.buffer, view.byteOffset, 8).setBigUint64(0, value, true)
  }

  #view(pointer: number, length: number): Uint8Array {
    const buffer = this.#memory?.buffer
    if (buffer === undefined || pointer + length > buffer.byteLength) throw outOfBounds()
    return new Uint8Array(buffer, pointer, length)
  }
}
