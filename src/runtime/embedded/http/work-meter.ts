import type { HttpChild } from './child.js'

/** Length of a window, in milliseconds. */
const WINDOW_MS = 200
/** A child is busy if it spends more than this part of a window on requests. */
const BUSY = 0.5

/** Reports at the end of each window which children were busy with requests of their connections, if any. */
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
