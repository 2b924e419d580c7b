import type { Ended } from './connection-events.js'
import type { MqttLog } from './options.js'

/** A persistent failure is logged again after this many attempts. */
const REPEAT_EVERY = 10
/** If the broker repeatedly closes connections before this age, in milliseconds, it is unlikely to be chance. */
const SHORT_MS = 120_000
const TOO_MANY = 5

/** Logs why there is no connection: each new reason at once, then occasionally; the rest at level debug. */
export class FailureLog {
  readonly #log: MqttLog
  readonly #broker: string
  #reason: string | undefined
  #attempts = 0
  #short = 0

  constructor(log: MqttLog, broker: string) {
    this.#log = log
    this.#broker = broker
  }

  ended(ended: Ended): void {
    this.#reportEnd(ended)
    this.#reportShort(ended)
  }

  up(): void {
    this.#reason = undefined
    this.#attempts = 0
  }

  #reportEnd({ reason, unauthorized, upMs }: Ended): void {
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

  #reportShort({ byPeer, upMs }: Ended): void {
    if (upMs === undefined) return
    this.#short = byPeer && upMs < SHORT_MS ? this.#short + 1 : 0
    if (this.#short === 0 || this.#short % TOO_MANY !== 0) return
    this.#log.warn(
      { broker: this.#broker, connections: this.#short },
      'The broker keeps closing the connection: does another client use the same client ID, or does a proxy close ' +
        'connections that are idle for less than the keep-alive interval?',
    )
  }
}
