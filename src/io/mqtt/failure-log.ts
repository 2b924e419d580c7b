import type { Ended } from './connection-events.js'
import type { MqttLog } from './options.js'

/** A persistent failure is logged again after this many attempts. */
const REPEAT_EVERY = 10

/** Logs why there is no link: each new reason at once, and then now and then; the rest is for debugging. */
export class FailureLog {
  readonly #log: MqttLog
  readonly #broker: string
  #reason: string | undefined
  #attempts = 0

  constructor(log: MqttLog, broker: string) {
    this.#log = log
    this.#broker = broker
  }

  ended({ reason, unauthorized, upMs }: Ended): void {
    const isNew = reason !== this.#reason
    this.#attempts = isNew ? 1 : this.#attempts + 1
    this.#reason = reason
    const details = { broker: this.#broker, reason, attempts: this.#attempts }
    if (!isNew && this.#attempts % REPEAT_EVERY !== 0)
      this.#log.debug(details, 'Still not connected to the broker')
    else if (unauthorized) {
      this.#log.error(details, 'The broker rejects the client ID and key; check them. Retrying')
    } else
      this.#log.warn(
        details,
        upMs === undefined ? 'Not connected to the broker' : 'Lost the connection to the broker',
      )
  }

  up(): void {
    this.#reason = undefined
    this.#attempts = 0
  }
}
