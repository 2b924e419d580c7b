import type { GivenMessage } from '../../guest/channel/protocol.js'

export type Given = Omit<GivenMessage, 'type' | 'ask'> & { readonly bytes?: Uint8Array }
export type Answer = (given: Given) => void

/** A guest that waits for something. One that asks again before it has been answered gets the answer to its last question. */
export class Waiter {
  readonly #take: () => Given | undefined
  #answer: Answer | undefined
  #timer: NodeJS.Timeout | undefined

  /** `take` gives what is there, if anything is. */
  constructor(take: () => Given | undefined) {
    this.#take = take
  }

  /** Answers once, with `none` after `waitMs` (null: as long as it takes). */
  ask(waitMs: number | null, answer: Answer): void {
    clearTimeout(this.#timer)
    this.#answer = undefined
    const given = this.#take()
    if (given !== undefined || waitMs === 0) {
      answer(given ?? { state: 'none' })
      return
    }
    this.#answer = answer
    if (waitMs !== null) this.#timer = setTimeout(() => this.#settle({ state: 'none' }), waitMs)
  }

  /** Something may be there now. */
  offer(): void {
    const given = this.#answer && this.#take()
    if (given !== undefined) this.#settle(given)
  }

  #settle(given: Given): void {
    clearTimeout(this.#timer)
    const answer = this.#answer
    this.#answer = undefined
    answer?.(given)
  }
}
