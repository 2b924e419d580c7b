import type { MqttLog } from './options.js'
import type { Delivery } from '../../model/delivery.js'

/** While the outbox is full, one in this many rejections is logged. */
const OVERFLOW_LOG_EVERY = 1000

/** Logs dropped publications. */
export class RejectionLog {
  readonly #log: MqttLog
  #overflows = 0

  constructor(log: MqttLog) {
    this.#log = log
  }

  report(delivery: Delivery): void {
    if (delivery.at !== 'rejected') return
    const { cause, reason } = delivery
    const { subtopic } = delivery.publication
    if (cause === 'overflow') {
      this.#overflows += 1
      if (this.#overflows % OVERFLOW_LOG_EVERY !== 1) return
      this.#log.error({ subtopic, dropped: this.#overflows }, 'Message dropped: the outbox is full')
    } else if (cause === 'closed') this.#log.warn({ subtopic }, 'Message dropped: the connection is closing')
    else this.#log.error({ subtopic, cause, reason }, 'Message not published')
  }
}
