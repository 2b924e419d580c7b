import { unsupported } from '../binary/error.js'
import { LARGER_ELSEWHERE } from '../remedy.js'

/** As wasm-tools limits them: a type that is deeper or, written out in full, larger is refused. */
const MAX_DEPTH = 100
const MAX_SIZE = 1_000_000

type Measure = { readonly depth: number; readonly size: number }

const LEAF: Measure = { depth: 1, size: 1 }

/** How deep and how large the types would be if nothing were shared. */
export class Measures {
  readonly #measures = new Map<object, Measure>()

  /** Takes note of a new type that is made of known ones, and answers it. */
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
