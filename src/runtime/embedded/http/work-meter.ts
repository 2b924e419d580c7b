import type { HttpChild } from './child.js'

/** Milliseconds. */
const WINDOW_MS = 200
/** At requests for this part of the time, a child is busy. */
const BUSY = 0.5

/** Says which children were busy with the requests of their connections, at the end of each window in which one was. */
export class WorkMeter {
  readonly #busy: (children: readonly HttpChild[]) => void
  readonly #workedMs = new Map<HttpChild, number>()
  #timer: NodeJS.Timeout | undefined

  constructor(busy: (children: readonly HttpChild[]) => void) {
    this.#busy = busy
  }

  add(child: HttpChild, ms: number): void {
    this.#workedMs.set(child, (this.#workedMs.get(child) ?? 0) + ms)
    this.#timer ??= setTimeout(() => this.#look(), WINDOW_MS).unref()
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  #look(): void {
    this.#timer = undefined
    const busy = [...this.#workedMs].filter(([, ms]) => ms > WINDOW_MS * BUSY).map(([child]) => child)
    this.#workedMs.clear()
    if (busy.length > 0) this.#busy(busy)
  }
}
