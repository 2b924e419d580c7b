const MAX_SPARE = 2

/** Instantiations of runs that have ended, for later runs. */
export class SpareInstantiations<T extends { readonly imports: object }> {
  readonly #spare: T[] = []

  /** Preferably one with the same imports, whose functions are bound already. */
  take(imports: T['imports']): T | undefined {
    const same = this.#spare.findIndex((each) => each.imports === imports)
    return same === -1 ? this.#spare.pop() : this.#spare.splice(same, 1)[0]
  }

  giveBack(instantiation: T): void {
    if (this.#spare.length < MAX_SPARE) this.#spare.push(instantiation)
  }
}
