import type { GivenMessage } from '../../guest/channel/protocol.js'

export type Given = Omit<GivenMessage, 'type' | 'ask'> & { readonly bytes?: Uint8Array }
export type Answer = (given: Given) => void

/** A guest that waits for something. If it asks again before it was answered, the last question is answered. */
export class Waiter {
  readonly #take: () => Given | undefined
  #answer: Answer | undefined
  #timer: NodeJS.Timeout | undefined

  /** `take` returns what is available, if anything is. */
  constructor(take: () => Given | undefined) {
    this.#take = take
  }

  /** Answers once; with `none` after `waitMs` (null for no limit). */
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

  /** Something may be available now. */
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
