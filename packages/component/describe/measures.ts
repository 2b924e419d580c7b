import { unsupported } from '../binary/error.js'
import { LARGER_ELSEWHERE } from '../remedy.js'

/** The limits of wasm-tools: deeper types, and types that are larger when written out in full, are refused. */
const MAX_DEPTH = 100
const MAX_SIZE = 1_000_000

type Measure = { readonly depth: number; readonly size: number }

const LEAF: Measure = { depth: 1, size: 1 }

/** The depth and size that types would have without sharing. */
export class Measures {
  readonly #measures = new Map<object, Measure>()

  /** Measures a new type with known parts, and returns it. */
  add<T extends object>(type: T, parts: Iterable<object | undefined>, offset: number): T {
    let depth = 0
    let size = 1
    for (const part of parts) {
      const measure = part === undefined ? LEAF : (this.#measures.get(part) ?? LEAF)
      depth = Math.max(depth, measure.depth)
      size += measure.size
    }
    if (depth >= MAX_DEPTH) throw unsupported(`a type more than ${MAX_DEPTH} deep`, offset, LARGER_ELSEWHERE)
    if (size > MAX_SIZE) throw unsupported(`a type of more than ${MAX_SIZE} parts`, offset, LARGER_ELSEWHERE)
    this.#measures.set(type, { depth: depth + 1, size })
    return type
  }
}
