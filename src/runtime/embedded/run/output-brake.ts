import type { Guest } from '../guests/guest.js'

const WINDOW_MS = 100
/** 10 MiB per second: logs need no more, and the daemon has other work. */
const WINDOW_BYTES = 1024 * 1024

/** Slows down a guest that writes without end: what exceeds the rate waits in the pipe, and blocks the guest. */
export class OutputBrake {
  readonly #guest: Pick<Guest, 'holdOutput'>
  #bytes = 0
  #timer: NodeJS.Timeout | undefined

  constructor(guest: Pick<Guest, 'holdOutput'>) {
    this.#guest = guest
  }

  passed(bytes: number): void {
    this.#bytes += bytes
    this.#timer ??= setTimeout(() => this.release(), WINDOW_MS)
    if (this.#bytes > WINDOW_BYTES) this.#guest.holdOutput(true)
  }

  release(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#bytes > WINDOW_BYTES) this.#guest.holdOutput(false)
    this.#bytes = 0
  }
}
