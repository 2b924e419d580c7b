import { defer, ignoreElements, merge, tap, type Observable } from 'rxjs'
import type { Publication } from '../../model/publication.js'
import type { ResultDelivery, Run, Step } from '../../model/step.js'
import { mapDefined } from '../operators/map-defined.js'

/**
 * What became of a publication.
 *
 * @example
 * ```ts
 * const isDelivered = ({ at }: Fate) => at === 'acknowledged'
 * ```
 */
export type Fate = {
  readonly publication: Publication
  readonly at: 'handed' | 'acknowledged' | 'replaced' | 'rejected'
}

/**
 * The progress of runs, and what became of publications.
 *
 * @example
 * ```ts
 * const deliveryInputs: ResultDeliveryInputs = { step$, fate$ }
 * ```
 */
export type ResultDeliveryInputs = { readonly step$: Observable<Step>; readonly fate$: Observable<Fate> }

/**
 * A clock in milliseconds, and how many results to track.
 *
 * @example
 * ```ts
 * const deliveryDeps: ResultDeliveryDeps = { now: () => asyncScheduler.now(), maxDue: 1000 }
 * ```
 */
export type ResultDeliveryDeps = {
  readonly now: () => number
  /** Results to track; beyond this, the oldest is forgotten. */
  readonly maxDue: number
}

type Due = { readonly run: Run; readonly at: number }

const RESULTS = 'control/proplet/results'
const INVOKE_RESULTS = 'control/proplet/invoke_results'

const keyOfRun = ({ id, invocation }: Run): string =>
  JSON.stringify(invocation === undefined ? [RESULTS, id, ''] : [INVOKE_RESULTS, id, invocation.id ?? ''])

const keyOfResult = ({ subtopic, payload }: Publication): string | undefined => {
  if ((subtopic !== RESULTS && subtopic !== INVOKE_RESULTS) || !('task_id' in payload)) return undefined
  const invocation = 'invocation_id' in payload ? payload.invocation_id : ''
  return JSON.stringify([subtopic, payload.task_id, invocation])
}

/** Due results by key, in order for each key; at most `max`. */
const createDues = (max: number) => {
  const dues = new Map<string, Due[]>()
  let count = 0
  const take = (key: string): Due | undefined => {
    const queue = dues.get(key)
    const due = queue?.shift()
    if (due !== undefined) count -= 1
    if (queue?.length === 0) dues.delete(key)
    return due
  }
  const put = (due: Due) => {
    const [oldest] = dues.keys()
    if (count >= max && oldest !== undefined) take(oldest)
    const key = keyOfRun(due.run)
    const queue = dues.get(key)
    if (queue === undefined) dues.set(key, [due])
    else queue.push(due)
    count += 1
  }
  return { put, take }
}

/**
 * Emits when results have reached the broker. Results of one task are published in the order in which they fall due.
 *
 * @example
 * ```ts
 * const delivery$ = resultDelivery({ step$, fate$ }, { now: () => asyncScheduler.now(), maxDue: 1000 })
 * ```
 */
export const resultDelivery = (
  { step$, fate$ }: ResultDeliveryInputs,
  { now, maxDue }: ResultDeliveryDeps,
): Observable<ResultDelivery> =>
  defer(() => {
    const dues = createDues(maxDue)
    const handed = new WeakMap<Publication, number>()

    const toResultDelivery = ({ publication, at: fate }: Fate): ResultDelivery | undefined => {
      const key = fate === 'replaced' ? undefined : keyOfResult(publication)
      if (key === undefined) return undefined
      const at = now()
      if (fate === 'handed') {
        // It is sent again after the link was lost.
        if (!handed.has(publication)) handed.set(publication, at)
        return undefined
      }
      const due = dues.take(key)
      if (due === undefined) return undefined
      const handedAt = Math.max(due.at, handed.get(publication) ?? at)
      return { run: due.run, dueAt: due.at, handedAt, at, isDelivered: fate === 'acknowledged' }
    }
    return merge(
      step$.pipe(
        tap(({ run, at, isResultDue }) => {
          if (isResultDue) dues.put({ run, at })
        }),
        ignoreElements(),
      ),
      fate$.pipe(mapDefined(toResultDelivery)),
    )
  })
