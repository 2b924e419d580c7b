import type { Packet } from 'mqtt'
import type { Ended } from './connection-events.js'
import { isOverQuota } from './reasons.js'

const SAYS_WHY: readonly Packet['cmd'][] = ['puback', 'pubrec', 'disconnect']

/** A broker that closes because of a publication does so directly after its PUBREC; milliseconds, on a busy machine. */
const DIRECTLY_MS = 100

/** Observes on one connection whether the broker is short of room for publications. */
export class ShortageSigns {
  readonly #now: () => number
  #acceptedAt = 0
  #isOverQuota = false
  /** Set if the last packet was a PUBREC. */
  #last: { readonly id: number; readonly at: number } | undefined

  /** @param now a monotonic clock in milliseconds */
  constructor(now = () => performance.now()) {
    this.#now = now
  }

  accepted(): void {
    this.#acceptedAt = this.#now()
  }

  received(packet: Packet): void {
    this.#last = packet.cmd === 'pubrec' ? { id: packet.messageId ?? 0, at: this.#now() } : undefined
    if (SAYS_WHY.includes(packet.cmd) && 'reasonCode' in packet && isOverQuota(packet.reasonCode))
      this.#isOverQuota = true
  }

  /** @param isReceiptDoubtful the broker closed, and its version of MQTT has no reason codes */
  ended(isReceiptDoubtful: boolean): Pick<Ended, 'isOverQuota' | 'receipt'> {
    const now = this.#now()
    const last = this.#last
    const isDirect = isReceiptDoubtful && last !== undefined && now - last.at < DIRECTLY_MS
    return {
      isOverQuota: this.#isOverQuota,
      receipt: isDirect ? { id: last.id, ageMs: now - this.#acceptedAt } : undefined,
    }
  }
}
