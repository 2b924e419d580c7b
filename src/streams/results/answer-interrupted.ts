import { map, type OperatorFunction } from 'rxjs'
import type { TaskEvent } from '../../model/task-event.js'
import { ended, failure } from '../../model/ended.js'
import type { Unfinished } from '../../model/journal.js'

const INTERRUPTED = failure('interrupted', 'interrupted by a restart of the proplet')

/**
 * Answers the commands that an earlier process left unfinished.
 *
 * @example
 * ```ts
 * const events$ = from(journal.unfinished).pipe(ofType('interrupted'), answerInterrupted(asyncScheduler))
 * ```
 */
export const answerInterrupted = (clock: {
  now(): number
}): OperatorFunction<Extract<Unfinished, { type: 'interrupted' }>, TaskEvent> =>
  map(({ id, sequence, invocation, env, isStopped }) => {
    const outcome = isStopped ? ({ kind: 'stopped', results: '' } as const) : INTERRUPTED
    const event = ended({ id, sequence, receivedAt: clock.now(), ...(env && { env }) }, outcome)
    return invocation === undefined ? event : { type: 'invocation', id, invocation, event }
  })
