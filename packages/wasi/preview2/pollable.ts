import { Clocks } from '../host/clocks.js'
import { MAX_DESCRIPTORS } from '../host/holdings.js'
import { isDue, waitForAny, type Waitable } from '../host/waiting.js'
import { trap } from './failure.js'

/** The same maximum as in preview 1. */
const MAX_POLLABLES = 2 * MAX_DESCRIPTORS

const clocks = new Clocks()

/** `pollable` of wasi:io/poll. */
export class Pollable {
  readonly #waitable: Waitable

  constructor(waitable: Waitable) {
    this.#waitable = waitable
  }

  ready(): boolean {
    return isDue(this.#waitable, clocks)
  }

  block(): void {
    waitForAny([this.#waitable], clocks)
  }

  /** `poll`: blocks the thread until one is ready, and returns the indices of all that are ready. */
  static poll(pollables: readonly Pollable[]): Uint32Array {
    if (pollables.length === 0) trap('poll: expected at least one pollable')
    if (pollables.length > MAX_POLLABLES) trap(`poll: expected at most ${MAX_POLLABLES} pollables`)
    const waitables = pollables.map((pollable) => pollable.#waitable)
    for (;;) {
      waitForAny(waitables, clocks)
      const due = waitables.flatMap((waitable, index) => (isDue(waitable, clocks) ? [index] : []))
      // Data that was available may have been read by another stream in the meantime.
      if (due.length > 0) return Uint32Array.from(due)
    }
  }

  // There is nothing to release.
  [Symbol.dispose](): void {}
}
