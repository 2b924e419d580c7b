import { answer } from './errno.js'
import type { Guest } from './guest.js'
import type { GuestMemory } from './memory.js'

const encoder = new TextEncoder()

/** Strings in the form of C: an array of pointers into a block of NUL-terminated strings. */
class StringBlock {
  readonly #texts: () => readonly string[]
  #encoded: readonly Uint8Array[] | undefined

  constructor(texts: () => readonly string[]) {
    this.#texts = texts
  }

  get #items(): readonly Uint8Array[] {
    return (this.#encoded ??= this.#texts().map((text) => encoder.encode(`${text}\0`)))
  }

  writeSizes(memory: GuestMemory, count: number, size: number): void {
    memory.check(size, 4)
    memory.setU32(count, this.#items.length)
    memory.setU32(size, this.#size)
  }

  write(memory: GuestMemory, pointers: number, block: number): void {
    let pointer = memory.check(pointers, this.#items.length * 4)
    let at = memory.check(block, this.#size)
    for (const item of this.#items) {
      memory.setU32(pointer, at)
      memory.bytes(at, item.length).set(item)
      pointer += 4
      at += item.length
    }
  }

  get #size(): number {
    return this.#items.reduce((sum, item) => sum + item.length, 0)
  }
}

/** `args_*` and `environ_*`. */
export function stringFunctions({ memory, environment }: Guest) {
  const args = new StringBlock(() => environment.args)
  const environ = new StringBlock(() => environment.variables.map(([name, value]) => `${name}=${value}`))
  return {
    args_get: answer((pointers: number, block: number) => {
      args.write(memory, pointers, block)
    }),
    args_sizes_get: answer((count: number, size: number) => {
      args.writeSizes(memory, count, size)
    }),
    environ_get: answer((pointers: number, block: number) => {
      environ.write(memory, pointers, block)
    }),
    environ_sizes_get: answer((count: number, size: number) => {
      environ.writeSizes(memory, count, size)
    }),
  }
}
