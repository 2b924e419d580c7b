import type { Publication } from '../model/publication.js'
import type { Delivery } from '../model/delivery.js'

const RESULTS: ReadonlySet<string> = new Set(['control/proplet/results', 'control/proplet/invoke_results'])

/** Of a task of a round the results are an object, whose update is what makes it large. */
const withoutUpdate = (payload: object): object | string =>
  'results' in payload && typeof payload.results === 'object' && payload.results !== null
    ? { ...payload.results, update_b64: '', metrics: {} }
    : ''

/**
 * What is published instead of a result that the broker can't take: a failure that says why, so that the Manager does
 * not wait for ever. Undefined for everything else, and for a failure that could not be delivered either.
 */
export const insteadOf = (delivery: Delivery): Publication | undefined => {
  if (delivery.at !== 'rejected' || !RESULTS.has(delivery.publication.subtopic)) return undefined
  if (delivery.cause !== 'size' && delivery.cause !== 'refused') return undefined
  const { payload: undelivered } = delivery.publication
  const payload = {
    ...undelivered,
    results: withoutUpdate(undelivered),
    error: `result not delivered: ${delivery.reason}`,
  }
  return { ...delivery.publication, payload }
}
