import type { Link } from '../../channel/link.js'

/** What was answered is reported no more often than this, in milliseconds. */
const REPORT_MS = 50

/** Reports to the daemon that requests are answered, and how many and for how long, now and then: not each of them. */
export class Activity {
  readonly #link: Link
  #reportedAt = -Infinity
  #answered = 0
  #workedMs = 0

  constructor(link: Link) {
    this.#link = link
  }

  /** A request is about to be answered, at `now` in milliseconds. Some time after it has heard this, the daemon looks at the status. */
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
