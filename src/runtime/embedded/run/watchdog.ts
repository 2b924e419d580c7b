const INTERVAL_MS = 50

type Watched = {
  readonly measure: () => number | undefined
  readonly limitBytes: number
  readonly exceeded: (residentBytes: number) => void
}

/** Looks at the resident size of processes, with one timer for all and none while there is nothing to watch. */
export class Watchdog {
  readonly #watched = new Set<Watched>()
  readonly #intervalMs: number
  #timer: NodeJS.Timeout | undefined

  constructor(intervalMs = INTERVAL_MS) {
    this.#intervalMs = intervalMs
  }

  /**
   * Calls `exceeded` once, when what `measure` gives, in bytes, has grown beyond the limit; undefined is not known. Returns
   * how to end the watch.
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
