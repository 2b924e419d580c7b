import type { Publication } from '../model/publication.js'
import type { Delivery } from './mqtt/index.js'

const RESULTS = 'control/proplet/results'

/**
 * What is published instead of a result that the broker can't take: a failure that says why, so that the Manager does
 * not wait for ever. Undefined for everything else, and for a failure that could not be delivered either.
 */
export const insteadOf = (delivery: Delivery): Publication | undefined => {
  if (delivery.at !== 'rejected' || delivery.publication.subtopic !== RESULTS) return undefined
  if (delivery.cause !== 'size' && delivery.cause !== 'refused') return undefined
  const payload = {
    ...delivery.publication.payload,
    results: '',
    error: `result not delivered: ${delivery.reason}`,
  }
  return { ...delivery.publication, payload }
}
