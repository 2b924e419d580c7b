/** Publications that may wait for the broker before its own messages are no longer acknowledged. */
export const MAX_WAITING_TO_ACKNOWLEDGE = 64

/**
 * Lets messages be acknowledged only while what they lead to finds its way out. Else a broker sends a flood of commands as fast
 * as it is acknowledged, and what acknowledges our results waits behind it; so its window of messages in flight throttles it.
 */
export class AckRoom {
  readonly #waiting: () => number
  #free: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined

  /** `waiting`: how many publications wait for the broker now. */
  constructor(waiting: () => number) {
    this.#waiting = waiting
  }

  /** When the messages so far may be acknowledged; undefined: now. */
  ready(): Promise<void> | undefined {
    if (this.#waiting() < MAX_WAITING_TO_ACKNOWLEDGE) return undefined
    this.#free ??= deferred()
    return this.#free.promise
  }

  /** Something was put out to wait, or waits no longer. */
  changed(): void {
    if (this.#free === undefined || this.#waiting() >= MAX_WAITING_TO_ACKNOWLEDGE / 2) return
    this.#free.resolve()
    this.#free = undefined
  }
}

const deferred = () => {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((done) => (resolve = done))
  return { promise, resolve }
}
