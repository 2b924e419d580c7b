import type { Imports, Instantiation } from './instantiation.js'

const MAX_SPARE = 2

/** What runs that have ended leave to later ones. */
export class SpareInstantiations {
  readonly #spare: Instantiation[] = []

  /** One with the same imports rather than another: what those provide is bound then. */
  take(imports: Imports): Instantiation | undefined {
    const same = this.#spare.findIndex((each) => each.imports === imports)
    return same === -1 ? this.#spare.pop() : this.#spare.splice(same, 1)[0]
  }

  giveBack(instantiation: Instantiation): void {
    if (this.#spare.length < MAX_SPARE) this.#spare.push(instantiation)
  }
}
