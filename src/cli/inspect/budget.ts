/** Limit of the output for one file; shared types may expand to much more. */
const MAX_ITEMS = 200_000
export const MAX_CHARACTERS = 8 * 1024 * 1024

/** Counts what is printed, in all parts of an answer. */
export class Budget {
  #items = 0
  #characters = 0
  /** Whether something was left out. */
  exceeded = false

  /** Whether one more item of this many characters may be printed. */
  take(characters: number): boolean {
    this.#items += 1
    this.#characters += characters
    if (this.#items > MAX_ITEMS || this.#characters > MAX_CHARACTERS) this.exceeded = true
    return !this.exceeded
  }
}
