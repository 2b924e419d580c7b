import type { Publication } from './publication.js'

/**
 * Why a publication was given up:
 * - `invalid`: its subtopic or its payload can't be published
 * - `size`: it is larger than the packet size allowed
 * - `refused`: the broker closed the connection each time it was sent
 * - `overflow`: the outbox was full
 * - `closed`: it came after the last message
 */
export type RejectionCause = 'invalid' | 'size' | 'refused' | 'overflow' | 'closed'

/**
 * What became of a publication. `handed`: given to the MQTT client for sending. The others are final:
 * `acknowledged` by the broker (of QoS 0: written), `replaced` by a newer one of its subtopic, `rejected`.
 */
export type Delivery =
  | { readonly publication: Publication; readonly at: 'handed' | 'acknowledged' | 'replaced' }
  | {
      readonly publication: Publication
      readonly at: 'rejected'
      readonly cause: RejectionCause
      readonly reason: string
    }

export type OutboxStats = {
  /** Publications not yet handed over, and the bytes of their payloads. */
  readonly waiting: number
  readonly bytes: number
  /** Handed over, not yet acknowledged. */
  readonly inflight: number
  /** Rejected because the outbox was full, since the start. */
  readonly dropped: number
  /** The broker has room for fewer in flight (`used`) than configured (`asked`). */
  readonly narrowed?: { readonly asked: number; readonly used: number }
}
