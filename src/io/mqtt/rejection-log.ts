import type { MqttLog } from './options.js'
import type { Delivery } from '../../model/delivery.js'

/** While the outbox is full, one in this many rejections is logged. */
const OVERFLOW_LOG_EVERY = 1000

/** Logs dropped publications; of those that are repeated, such as heartbeats, only the first until one is delivered. */
export class RejectionLog {
  readonly #log: MqttLog
  #overflows = 0
  /** Subtopics of repeated publications. */
  readonly #reported = new Set<string>()

  constructor(log: MqttLog) {
    this.#log = log
  }

  report(delivery: Delivery): void {
    const { subtopic, keep } = delivery.publication
    if (delivery.at === 'acknowledged') this.#reported.delete(subtopic)
    if (delivery.at !== 'rejected') return
    const { cause, reason } = delivery
    if (cause === 'overflow') {
      this.#overflows += 1
      if (this.#overflows % OVERFLOW_LOG_EVERY !== 1) return
      this.#log.error({ subtopic, dropped: this.#overflows }, 'Message dropped: the outbox is full')
    } else if (cause === 'closed') this.#log.warn({ subtopic }, 'Message dropped: the connection is closing')
    else if (this.#reported.has(subtopic))
      this.#log.debug({ subtopic, cause, reason }, 'Message not published')
    else {
      if (keep === 'latest') this.#reported.add(subtopic)
      this.#log.error({ subtopic, cause, reason }, 'Message not published')
    }
  }
}
