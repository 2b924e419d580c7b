export type AckWatchOptions = {
  readonly timeoutMs: number
  /** Whether something that was to be acknowledged before then is not, on the clock of `performance.now()`. */
  readonly isOverdue: (before: number) => boolean
  readonly onOverdue: () => void
}

/** Looks at regular intervals, from its making on, whether an acknowledgement is overdue. */
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
    // After a sleep, of the machine or of this process, timers come before what has arrived meanwhile.
    if (sleptMs <= timeoutMs / 2 && isOverdue(now - timeoutMs)) onOverdue()
  }
}
