import { map, type OperatorFunction } from 'rxjs'
import type { Received, Rejection } from '../../model/command.js'
import type { TaskEvent } from '../../model/task-event.js'
import { ended, failure } from '../../model/ended.js'

/**
 * Answers a refused command that names a task with a failure; other refused messages are only reported.
 *
 * @example
 * ```ts
 * const events$ = message$.pipe(decode({ decoder, clock: asyncScheduler }), ofType('rejected'), reject)
 * ```
 */
export const reject: OperatorFunction<Received<Rejection>, TaskEvent> = map(
  ({ task, reason, receivedAt, sequence, subtopic }): TaskEvent => {
    if (task === undefined) return { type: 'rejected', subtopic, reason }
    const { id, invocation } = task
    const event = ended({ id, receivedAt, sequence }, failure('rejected', `command refused: ${reason}`))
    return invocation === undefined ? event : { type: 'invocation', id, invocation, event }
  },
)
