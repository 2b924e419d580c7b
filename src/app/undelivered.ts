import type { Publication } from '../model/publication.js'
import type { Delivery } from '../model/delivery.js'

const RESULTS: ReadonlySet<string> = new Set(['control/proplet/results', 'control/proplet/invoke_results'])

/** The results of a round are an object, whose large part is the update. */
const withoutUpdate = (payload: object): object | string =>
  'results' in payload && typeof payload.results === 'object' && payload.results !== null
    ? { ...payload.results, update_b64: '', metrics: {} }
    : ''

/**
 * The replacement for a result that the broker can't accept: a failure that says why, so that the Manager does
 * not wait forever. Undefined for other messages, and if that failure was undeliverable too.
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
