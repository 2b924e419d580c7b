import type { ByteReader } from '../wasm/byte-reader.js'
import type { Definition, Scope, Sort } from './ast.js'
import { malformed, unsupported } from './error.js'
import { LARGER_ELSEWHERE } from '../remedy.js'

/** Nesting of components, component types and instance types: the limit of wasm-tools. */
const MAX_DEPTH = 100
/** Definitions, fields, cases, parameters, arguments and names of one binary; a component of 15 MB has a few thousand. */
const MAX_ITEMS = 50_000
/** Components, component types and instance types of one binary. */
const MAX_SCOPES = 10_000

/** Counts over the whole binary. */
export class Tally {
  #items = 0
  #scopes = 0
  /** Whether something of WASI 0.3 occurred. */
  usesAsync = false

  add(offset: number): void {
    this.#items += 1
    if (this.#items > MAX_ITEMS)
      throw unsupported(`more than ${MAX_ITEMS} definitions`, offset, LARGER_ELSEWHERE)
  }

  addScope(offset: number): void {
    this.#scopes += 1
    if (this.#scopes > MAX_SCOPES)
      throw unsupported(`more than ${MAX_SCOPES} components and interfaces`, offset, LARGER_ELSEWHERE)
  }
}

/** A scope while it is being read. */
export class ScopeBuilder implements Scope {
  readonly definitions: Definition[] = []
  readonly spaces = new Map<Sort, number[]>()
  readonly tally: Tally
  /** Whether it is a component type or an instance type, which only declares. */
  readonly declares: boolean
  readonly #parent: ScopeBuilder | undefined
  readonly #depth: number
  readonly #names = new Set<string>()

  constructor(tally: Tally, parent: ScopeBuilder | undefined, offset: number, declares = false) {
    tally.addScope(offset)
    this.tally = tally
    this.declares = declares
    this.#parent = parent
    this.#depth = parent === undefined ? 0 : parent.#depth + 1
    if (this.#depth > MAX_DEPTH)
      throw unsupported(`nested more than ${MAX_DEPTH} deep`, offset, LARGER_ELSEWHERE)
  }

  /** @param sorts the index spaces to which it adds an item */
  define(definition: Definition, ...sorts: readonly Sort[]): void {
    const number = this.definitions.push(definition) - 1
    for (const sort of sorts) {
      const space = this.spaces.get(sort)
      if (space === undefined) this.spaces.set(sort, [number])
      else space.push(number)
    }
  }

  /** Imports of a scope must have distinct names, and so must exports. */
  claim(side: 'import' | 'export', name: string, offset: number): void {
    const claim = `${side} ${name}`
    if (this.#names.has(claim)) throw malformed(`a second ${side} of the same name`, offset)
    this.#names.add(claim)
  }

  /** Reads an index of an item defined earlier. */
  index(reader: ByteReader, sort: Sort): number {
    const at = reader.offset
    const index = reader.u32()
    this.check(sort, index, at)
    return index
  }

  check(sort: Sort, index: number, offset: number): void {
    const size = this.spaces.get(sort)?.length ?? 0
    if (index >= size) throw malformed(`there is no ${sort} ${index}, only ${size} so far,`, offset)
  }

  /** The scope `depth` levels further out. */
  outer(depth: number, offset: number): ScopeBuilder {
    if (depth > this.#depth) throw malformed(`${depth} scopes out, there are ${this.#depth},`, offset)
    return this.#outward(depth)
  }

  #outward(depth: number): ScopeBuilder {
    return depth === 0 || this.#parent === undefined ? this : this.#parent.#outward(depth - 1)
  }
}
