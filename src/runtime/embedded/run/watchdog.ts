const INTERVAL_MS = 50

type Watched = {
  readonly measure: () => number | undefined
  readonly limitBytes: number
  readonly exceeded: (residentBytes: number) => void
}

/** Checks the resident size of processes: one timer for all, and none while nothing is watched. */
export class Watchdog {
  readonly #watched = new Set<Watched>()
  readonly #intervalMs: number
  #timer: NodeJS.Timeout | undefined

  constructor(intervalMs = INTERVAL_MS) {
    this.#intervalMs = intervalMs
  }

  /**
   * Calls `exceeded` once, when `measure` returns more bytes than the limit; undefined means unknown. Returns a function that
   * ends the watch.
   */
  watch(
    measure: Watched['measure'],
    limitBytes: number,
    exceeded: (residentBytes: number) => void,
  ): () => void {
    const watched = { measure, limitBytes, exceeded }
    this.#watched.add(watched)
    this.#timer ??= setInterval(() => this.#look(), this.#intervalMs).unref()
    return () => void this.#watched.delete(watched)
  }

  #look(): void {
    for (const watched of this.#watched) {
      const residentBytes = watched.measure()
      if (residentBytes === undefined || residentBytes <= watched.limitBytes) continue
      this.#watched.delete(watched)
      watched.exceeded(residentBytes)
    }
    if (this.#watched.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
