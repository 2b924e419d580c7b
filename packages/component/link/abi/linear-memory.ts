import { trap } from './trap.js'

const NO_BYTES = new Uint8Array(0)
const NO_VIEW = new DataView(NO_BYTES.buffer)

/** The bytes of a core memory, whose buffer is replaced when it grows. */
export class LinearMemory {
  readonly #memory: WebAssembly.Memory | undefined
  #bytes = NO_BYTES
  #view = NO_VIEW

  /** Without a memory, every access is out of bounds. */
  constructor(memory: WebAssembly.Memory | undefined) {
    this.#memory = memory
  }

  // A buffer that was replaced has length 0.
  get bytes(): Uint8Array<ArrayBuffer> {
    if (this.#bytes.length === 0) this.#refresh()
    return this.#bytes
  }

  get view(): DataView {
    if (this.#bytes.length === 0) this.#refresh()
    return this.#view
  }

  /** Traps unless `size` bytes at `at` are in the memory and `at` is a multiple of `align`. */
  check(at: number, size: number, align: number): void {
    if (at % align !== 0) trap(`unaligned pointer ${hex(at)}: not a multiple of ${align}`)
    if (at + size > this.bytes.length)
      trap(`content out-of-bounds: ${size} bytes at ${hex(at)} in a memory of ${this.bytes.length} bytes`)
  }

  #refresh(): void {
    if (this.#memory === undefined) return
    this.#bytes = new Uint8Array(this.#memory.buffer)
    this.#view = new DataView(this.#memory.buffer)
  }
}

export const hex = (pointer: number): string => `0x${pointer.toString(16)}`
