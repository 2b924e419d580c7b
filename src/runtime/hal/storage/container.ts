/** Metadata of one object. */
export type Entry = { readonly size: number; readonly createdAt: number; readonly cost: number }

/** File systems allocate blocks of this size, in bytes. */
const BLOCK_BYTES = 4096
/** A directory and the file with its name. */
export const CONTAINER_COST = 2 * BLOCK_BYTES

export const costOf = (fileBytes: number): number =>
  Math.max(1, Math.ceil(fileBytes / BLOCK_BYTES)) * BLOCK_BYTES

/** The index of one container: its objects, sorted by key. */
export class Container {
  readonly name: string
  readonly directory: string
  isDeleted = false
  readonly #entries = new Map<string, Entry>()
  readonly #keys: string[]

  constructor(name: string, directory: string, entries: readonly (readonly [string, Entry])[] = []) {
    this.name = name
    this.directory = directory
    for (const [key, entry] of entries) this.#entries.set(key, entry)
    this.#keys = [...this.#entries.keys()].sort()
  }

  get size(): number {
    return this.#keys.length
  }

  /** Bytes on disk. */
  get cost(): number {
    return [...this.#entries.values()].reduce((sum, { cost }) => sum + cost, CONTAINER_COST)
  }

  get(key: string): Entry | undefined {
    return this.#entries.get(key)
  }

  set(key: string, entry: Entry): void {
    if (!this.#entries.has(key)) this.#keys.splice(this.#firstNotBelow(key), 0, key)
    this.#entries.set(key, entry)
  }

  delete(key: string): void {
    if (this.#entries.delete(key)) this.#keys.splice(this.#firstNotBelow(key), 1)
  }

  /** The keys after `after`; from the first if null. */
  keysAfter(after: string | null, count: number): readonly string[] {
    const at = after === null ? 0 : this.#firstNotBelow(after)
    const start = after !== null && this.#keys[at] === after ? at + 1 : at
    return this.#keys.slice(start, start + count)
  }

  #firstNotBelow(key: string): number {
    let [low, high] = [0, this.#keys.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#keys[middle] ?? '') < key) low = middle + 1
      else high = middle
    }
    return low
  }
}
