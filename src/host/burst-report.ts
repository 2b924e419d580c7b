/** Calls back after this many milliseconds, unless the process ends before. */
export type Later = (callback: () => void, ms: number) => void

const afterTimeout: Later = (callback, ms) => void setTimeout(callback, ms).unref()

/** How long items are counted before the count is reported, in milliseconds. */
const COUNT_MS = 1000

export type BurstHooks<T> = {
  /** `count` items came in the last second; this is the last of them. */
  readonly more: (last: T, count: number) => void
  readonly later?: Later | undefined
}

/**
 * Reports what may come in thousands: the first by itself, and then, once a second, how many more there were.
 *
 * @example
 * const refusals = new BurstReport<string>({ more: (last, count) => console.warn(`${count} more, such as ${last}`) })
 * refusals.add('the queue is full', () => console.warn('the queue is full'))
 */
export class BurstReport<T> {
  readonly #hooks: BurstHooks<T>
  #isCounting = false
  #isClosed = false
  #more: { readonly last: T; readonly count: number } | undefined

  constructor(hooks: BurstHooks<T>) {
    this.#hooks = hooks
  }

  /** `report` reports this one by itself. */
  add(item: T, report: () => void): void {
    if (this.#isCounting) this.#more = { last: item, count: (this.#more?.count ?? 0) + 1 }
    else {
      report()
      this.#count()
    }
  }

  /** Reports no further counts. */
  close(): void {
    this.#isClosed = true
  }

  #count(): void {
    const { later = afterTimeout } = this.#hooks
    this.#isCounting = true
    later(() => this.#report(), COUNT_MS)
  }

  #report(): void {
    if (this.#isClosed) return
    this.#isCounting = false
    const more = this.#more
    if (more === undefined) return
    this.#more = undefined
    this.#hooks.more(more.last, more.count)
    this.#count()
  }
}
