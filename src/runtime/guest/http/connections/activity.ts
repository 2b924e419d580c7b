import type { Link } from '../../channel/link.js'

/** Minimum interval between reports, in milliseconds. */
const REPORT_MS = 50

/** Reports to the daemon, at intervals rather than per request, how many requests were answered and how long they took. */
export class Activity {
  readonly #link: Link
  #reportedAt = -Infinity
  #answered = 0
  #workedMs = 0

  constructor(link: Link) {
    this.#link = link
  }

  /** Called before each request, with the time in milliseconds. A report makes the daemon poll the status of this guest. */
  begin(now: number): void {
    if (now - this.#reportedAt < REPORT_MS) return
    this.#reportedAt = now
    this.#link.send({ type: 'active', requests: this.#answered, workedMs: this.#workedMs })
    this.#answered = 0
    this.#workedMs = 0
  }

  end(tookMs: number): void {
    this.#answered += 1
    this.#workedMs += tookMs
  }
}
