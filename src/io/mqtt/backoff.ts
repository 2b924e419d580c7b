export type BackoffOptions = {
  /** Upper bound of the first delay; by default `initialMs`. */
  readonly firstMs?: number
  readonly initialMs: number
  readonly maxMs: number
  /** Uniform in [0, 1). */
  readonly random: () => number
}

/** Uptime of a connection, in milliseconds, after which the backoff resets. */
export const stableAfterMs = ({ maxMs }: Pick<BackoffOptions, 'maxMs'>): number => Math.min(10_000, maxMs)

/**
 * Exponential backoff with jitter: the ceiling doubles from `initialMs` to `maxMs`, and a delay is between half of the ceiling
 * and the ceiling. The first delay is up to `firstMs`: a broker that restarts loses a whole fleet at once, and must not get it
 * back at once.
 */
export class Backoff {
  readonly #options: BackoffOptions
  #failures = 0

  constructor(options: BackoffOptions) {
    this.#options = options
  }

  /** Milliseconds to wait before the next attempt. */
  next(): number {
    const { initialMs, firstMs = initialMs, maxMs, random } = this.#options
    const ceiling = Math.min(maxMs, initialMs * 2 ** Math.min(this.#failures, 40))
    this.#failures += 1
    return this.#failures === 1 ? random() * firstMs : ceiling / 2 + (random() * ceiling) / 2
  }

  reset(): void {
    this.#failures = 0
  }
}
