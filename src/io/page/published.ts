import { filter, map, type OperatorFunction } from 'rxjs'
import type { Published } from '../../streams/view/tasks.js'
import type { Delivery } from '../mqtt/index.js'

const RESULTS = 'control/proplet/results'
const INVOKE_RESULTS = 'control/proplet/invoke_results'

const publishedOf = ({ at, publication: { subtopic, payload } }: Delivery): Published | undefined => {
  if (at !== 'acknowledged' || !('task_id' in payload) || typeof payload.task_id !== 'string')
    return undefined
  if (subtopic === RESULTS) return { id: payload.task_id, invocation: undefined }
  if (subtopic !== INVOKE_RESULTS || !('invocation_id' in payload)) return undefined
  return typeof payload.invocation_id === 'string'
    ? { id: payload.task_id, invocation: payload.invocation_id }
    : undefined
}

/** The results among what the broker has acknowledged. */
export const published: OperatorFunction<Delivery, Published> = (delivery$) =>
  delivery$.pipe(
    map(publishedOf),
    filter((result) => result !== undefined),
  )
