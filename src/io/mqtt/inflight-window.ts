import type { OutboxStats } from '../../model/delivery.js'

/** Publications that must be acknowledged before the window grows; doubles when the broker then is short of room again. */
const PATIENCE = 10_000
/** A connection that ends sooner, in milliseconds, may have ended because of what was sent on it. */
const SOON_MS = 10_000
/** All packet IDs are released at every second shortage. */
const SWEEP_EVERY = 2

export type EndOfUse = {
  /** The broker said that it has no room for a publication (MQTT 5). */
  readonly isOverQuota: boolean
  /** Set if the last packet was a PUBREC (MQTT 3.1.1): the age of the connection at its end, in milliseconds. */
  readonly receipt?: { readonly ageMs: number } | undefined
}

/**
 * How many publications may be in flight: as many as configured, and no more than the broker announces. It is halved when the
 * broker is short of room: mosquitto counts publications of before its last crash for as long as the session lives, and answers
 * with a PUBREC and closes if there are too many. It goes back with a new session, and grows again after many acknowledgements.
 */
export class InflightWindow {
  readonly #asked: number
  #used: number
  #receiveMaximum = Infinity
  #patience = PATIENCE
  #acknowledged = 0
  #hasGrown = false
  #shortages = 0
  #isSweepDue = false

  constructor(asked: number) {
    this.#asked = asked
    this.#used = asked
  }

  get value(): number {
    return Math.min(this.#used, this.#receiveMaximum)
  }

  /** If fewer may be in flight than configured. */
  get narrowed(): OutboxStats['narrowed'] {
    return this.#used < this.#asked ? { asked: this.#asked, used: this.#used } : undefined
  }

  /** Sets the limit that a broker of MQTT 5 announces when it accepts a connection. */
  limit(receiveMaximum: number): void {
    this.#receiveMaximum = receiveMaximum
  }

  /** The broker begins a new session, so it counts nothing of the old one. */
  reset(): void {
    this.#used = this.#asked
    this.#patience = PATIENCE
    this.#acknowledged = 0
    this.#hasGrown = false
    this.#shortages = 0
    this.#isSweepDue = false
  }

  /** A publication was acknowledged. */
  acknowledged(): void {
    if (this.#used === this.#asked || ++this.#acknowledged < this.#patience) return
    this.#acknowledged = 0
    this.#hasGrown = true
    this.#used = Math.min(this.#asked, 2 * this.#used)
  }

  /** Returns true if the connection ended because the broker was short of room. */
  ended(end: EndOfUse): boolean {
    if (!this.#isShort(end)) return false
    if (this.#hasGrown) this.#patience *= 2
    this.#hasGrown = false
    this.#acknowledged = 0
    this.#used = Math.max(1, Math.floor(this.#used / 2))
    this.#shortages += 1
    this.#isSweepDue ||= this.#shortages % SWEEP_EVERY === 0
    return true
  }

  /** Whether to release all packet IDs on this connection; true once. */
  takeSweep(): boolean {
    const isDue = this.#isSweepDue
    this.#isSweepDue = false
    return isDue
  }

  #isShort({ isOverQuota, receipt }: EndOfUse): boolean {
    if (isOverQuota) return true
    return receipt !== undefined && (receipt.ageMs < SOON_MS || this.#shortages > 0)
  }
}
