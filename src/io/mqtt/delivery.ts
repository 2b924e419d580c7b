import type { Publication } from '../../model/publication.js'

/**
 * Why a publication was given up:
 * - `invalid`: its subtopic or its payload can't be published
 * - `size`: it is larger than the packet size allowed
 * - `refused`: the broker closed the connection each time it was sent
 * - `overflow`: the outbox was full
 * - `closed`: it came after the farewell
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

export const isFinal = (delivery: Delivery): boolean => delivery.at !== 'handed'

/** A publication on its way, encoded. */
export type Entry = {
  readonly publication: Publication
  readonly topic: string
  readonly payload: Buffer
  readonly report: (delivery: Delivery) => void
}
