export type AckWatchOptions = {
  readonly timeoutMs: number
  /**
   * Whether something that should have been acknowledged before that time is not, on the clock of `performance.now()`.
   */
  readonly isOverdue: (before: number) => boolean
  readonly onOverdue: () => void
}

/** Checks at regular intervals whether an acknowledgement is overdue. */
export class AckWatch {
  readonly #options: AckWatchOptions
  readonly #intervalMs: number
  readonly #timer: NodeJS.Timeout
  #lookedAt = performance.now()

  constructor(options: AckWatchOptions) {
    this.#options = options
    this.#intervalMs = Math.max(20, Math.min(1000, options.timeoutMs / 8))
    this.#timer = setInterval(() => this.#look(), this.#intervalMs)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const { timeoutMs, isOverdue, onOverdue } = this.#options
    const now = performance.now()
    const sleptMs = now - this.#lookedAt - this.#intervalMs
    this.#lookedAt = now
    // After the machine or this process was suspended, timers fire before incoming data is read.
    if (sleptMs <= timeoutMs / 2 && isOverdue(now - timeoutMs)) onOverdue()
  }
}
