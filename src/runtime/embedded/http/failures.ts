const WINDOW_MS = 1000

/** Reports failures at most once a second, with the number of those in between. */
export class Failures {
  readonly #say: (message: string) => void
  #more = 0
  #last = ''
  #timer: NodeJS.Timeout | undefined

  constructor(say: (message: string) => void) {
    this.#say = say
  }

  add(error: string): void {
    if (this.#timer === undefined) {
      this.#say(error)
      this.#timer = setTimeout(() => this.#next(), WINDOW_MS).unref()
      return
    }
    this.#more += 1
    this.#last = error
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  #next(): void {
    this.#timer = undefined
    if (this.#more === 0) return
    const more = this.#more
    this.#more = 0
    this.add(more === 1 ? this.#last : `${this.#last} (the last of ${more} in a second)`)
  }
}
