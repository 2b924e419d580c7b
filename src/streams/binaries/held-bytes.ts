/** Counts the bytes that all fetches hold together. */
export class HeldBytes {
  readonly #limit: number
  #held = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Negative to release bytes. */
  add(bytes: number): void {
    this.#held += bytes
  }

  get isExceeded(): boolean {
    return this.#held > this.#limit
  }
}
