import type { Publication } from '../../model/publication.js'
import type { Delivery } from '../../model/delivery.js'

export const isFinal = (delivery: Delivery): boolean => delivery.at !== 'handed'

/** An encoded publication. */
export type Entry = {
  readonly publication: Publication
  readonly topic: string
  readonly payload: Buffer
  readonly report: (delivery: Delivery) => void
}
