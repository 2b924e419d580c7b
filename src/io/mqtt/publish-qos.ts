import type { Qos } from './options.js'

/** Consecutive connections that the broker closes at publications with QoS 2. */
const STRIKES = 3

const lower = (a: Qos, b: Qos): Qos => (a < b ? a : b)

const qosOf = (value: number): Qos => (value === 0 ? 0 : value === 1 ? 1 : 2)

export type EndOfConnection = {
  /** Whether it was up, or at least something was published on it. */
  readonly wasUsed: boolean
  /** The broker closed it without having answered a publication with QoS 2. */
  readonly isUnanswered: boolean
}

/**
 * The QoS of publications: the requested one, but no more than the broker granted to the subscriptions, and 1 for a broker that
 * has never answered a publication with QoS 2 and repeatedly closes the connection at them.
 */
export class PublishQos {
  readonly asked: Qos
  #granted: Qos
  #ceiling: Qos
  #maximum: Qos = 2
  #isProven = false
  #strikes = 0

  constructor(asked: Qos) {
    this.asked = asked
    this.#granted = asked
    this.#ceiling = asked
  }

  get value(): Qos {
    return lower(this.#maximum, lower(this.#granted, this.#ceiling))
  }

  /** Sets the maximum QoS that a broker of MQTT 5 announces when it accepts a connection. */
  limit(maximum: number): void {
    this.#maximum = qosOf(maximum)
  }

  /** Sets the lowest QoS that the subscriptions of a connection were granted. */
  grant(granted: number): void {
    this.#granted = lower(this.asked, qosOf(granted))
  }

  /** The broker has answered a publication with QoS 2. */
  prove(): void {
    this.#isProven = true
  }

  /** Returns true if publications use a lower QoS from now on. */
  ended({ wasUsed, isUnanswered }: EndOfConnection): boolean {
    if (!wasUsed || this.#isProven) return false
    this.#strikes = isUnanswered ? this.#strikes + 1 : 0
    if (this.value < 2 || this.#strikes < STRIKES) return false
    this.#ceiling = 1
    return true
  }
}
