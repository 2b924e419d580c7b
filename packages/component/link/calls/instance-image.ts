type Global = { value: unknown }
type Changing = { readonly global: Global; readonly value: unknown }

/** The initial state of an instance, from which it can be restored. */
export class InstanceImage {
  readonly #memory: WebAssembly.Memory
  readonly #size: number
  /** Without the zeros at the end. */
  readonly #bytes: Uint8Array
  readonly #globals: readonly Changing[]

  /** @param globals the names of the exported globals that change */
  constructor(exports: WebAssembly.Exports, globals: readonly string[], memory: WebAssembly.Memory) {
    const bytes = new Uint8Array(memory.buffer)
    let end = bytes.length
    while (end > 0 && bytes[end - 1] === 0) end -= 1
    this.#memory = memory
    this.#size = bytes.length
    this.#bytes = bytes.slice(0, end)
    this.#globals = globals.map((name) => {
      const global = exports[name]
      if (!isGlobal(global)) throw new Error(`no global is exported as ${name}`)
      return { global, value: global.value }
    })
  }

  /** Returns false if the memory has grown, which cannot be undone. */
  restore(): boolean {
    const { buffer } = this.#memory
    if (buffer.byteLength !== this.#size) return false
    const bytes = new Uint8Array(buffer)
    bytes.set(this.#bytes)
    bytes.fill(0, this.#bytes.length)
    for (const { global, value } of this.#globals) global.value = value
    return true
  }
}

const isGlobal = (value: unknown): value is Global =>
  typeof value === 'object' && value !== null && 'value' in value
