import type { ResourceState } from './resource.js'
import { trap } from './trap.js'

/** A guest that has more leaks them. */
const MAX_HANDLES = 1_000_000
/** Streams, futures, subtasks, waitable sets and error contexts take about 1 KB each. */
const MAX_ENTRIES = 20_000

type Borrower = { borrowed: number }

export type Handle = {
  readonly resource: ResourceState
  /** A number of the defining component, or a host object. */
  readonly rep: unknown
  /** The call that lent it, which counts its borrowed handles; undefined if owned. */
  readonly borrowedIn: Borrower | undefined
  /** How many times it is currently lent. */
  lends: number
}

/** An entry that is not a resource: a stream, a future, a subtask, a waitable set or an error context. */
export type Entry = { readonly resource: undefined }

/** The handles of one component instance. Index 0 is never used. */
export class HandleTable {
  readonly #entries: (Handle | Entry | undefined)[] = [undefined]
  readonly #free: number[] = []
  #count = 0

  add(resource: ResourceState, rep: unknown, borrowedIn?: Borrower): number {
    return this.#add({ resource, rep, borrowedIn, lends: 0 })
  }

  get(index: number, resource: ResourceState): Handle {
    const handle = this.#entries[index]
    if (handle === undefined) return trap(`unknown handle index ${index}`)
    if (handle.resource !== resource) return wrongResource(index, resource, handle)
    return handle
  }

  remove(index: number, resource: ResourceState): Handle {
    const handle = this.get(index, resource)
    if (handle.lends > 0) trap('cannot remove owned resource while borrowed')
    this.#remove(index)
    return handle
  }

  addEntry(entry: Entry): number {
    this.#count += 1
    if (this.#count > MAX_ENTRIES) trap(`more than ${MAX_ENTRIES} streams, futures, subtasks and sets`)
    return this.#add(entry)
  }

  entry<T extends Entry>(index: number, type: abstract new (...args: never[]) => T): T {
    const entry = this.#entries[index]
    if (entry === undefined) return trap(`unknown handle index ${index}`)
    return entry instanceof type ? entry : trap(`handle index ${index} is not a ${type.name}`)
  }

  removeEntry(index: number): void {
    this.#count -= 1
    this.#remove(index)
  }

  #add(entry: Handle | Entry): number {
    const index = this.#free.pop() ?? this.#entries.length
    if (index > MAX_HANDLES) trap(`more than ${MAX_HANDLES} handles`)
    this.#entries[index] = entry
    return index
  }

  #remove(index: number): void {
    this.#entries[index] = undefined
    this.#free.push(index)
  }
}

function wrongResource(index: number, expected: ResourceState, { resource: found }: Handle | Entry): never {
  const what = found === undefined ? 'what is no resource' : `a different ${found.from}-defined resource`
  return trap(
    `handle index ${index} used with the wrong type, expected ${expected.from}-defined resource but found ${what}`,
  )
}
