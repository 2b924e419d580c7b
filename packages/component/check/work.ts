import { unsupported } from '../binary/error.js'
import { LARGER_ELSEWHERE } from '../remedy.js'

/** Maximum number of types examined in a binary: a component of 14 MB needs about ten thousand. */
const MAX_STEPS = 2_000_000
/** The limit of wasm-tools; types are examined recursively. */
const MAX_DEPTH = 100

/** Limits the work of checking one component, however often its types refer to each other. */
export class Work {
  #steps = 0
  #resources = 0

  step(offset: number, steps = 1): void {
    this.#steps += steps
    if (this.#steps > MAX_STEPS)
      throw unsupported(`types that take more than ${MAX_STEPS} steps to check`, offset, LARGER_ELSEWHERE)
  }

  depth(depth: number, offset: number): number {
    if (depth > MAX_DEPTH) throw unsupported(`a type more than ${MAX_DEPTH} deep`, offset, LARGER_ELSEWHERE)
    return depth
  }

  /** The ID of the next resource type. */
  get resources(): number {
    return this.#resources
  }

  newResource(): number {
    this.#resources += 1
    return this.#resources - 1
  }
}
