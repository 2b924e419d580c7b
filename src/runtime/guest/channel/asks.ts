import type { Given } from './given.js'
import type { GivenMessage } from './protocol.js'

/** Asynchronous questions of the guest. Numbers are never reused, so late answers are ignored. */
export class Asks {
  readonly #waiting = new Map<number, (given: Given) => void>()
  #last = 0

  /** @returns the number to ask with */
  add(answer: (given: Given) => void): number {
    this.#last += 1
    this.#waiting.set(this.#last, answer)
    return this.#last
  }

  remove(ask: number): void {
    this.#waiting.delete(ask)
  }

  /** Passes an answer to its caller, if that still waits. */
  settle({ ask, ...given }: GivenMessage, bytes: Uint8Array): void {
    if (ask === undefined) return
    const answer = this.#waiting.get(ask)
    this.#waiting.delete(ask)
    answer?.({ ...given, bytes })
  }
}
