import { map, type OperatorFunction } from 'rxjs'
import type { Received } from '../../model/command.js'
import { ofCommand } from '../../model/ended.js'
import type { TaskEvent } from '../../model/task-event.js'
import { refusalOf } from '../commands/admit.js'
import type { Refused } from '../commands/refuse.js'

/**
 * Answers starts that were refused at once; repetitions of them have no answer of their own.
 *
 * @example
 * ```ts
 * const events$ = message$.pipe(decode({ decoder, clock: asyncScheduler }), refuse(admission), ofType('refused'), answerRefused)
 * ```
 */
export const answerRefused: OperatorFunction<Received<Refused>, TaskEvent> = map(
  ({ command, because, receivedAt, sequence }): TaskEvent =>
    because === 'duplicate'
      ? { type: 'duplicate', id: command.id, ...ofCommand({ sequence }) }
      : refusalOf({ id: command.id, env: command.env, receivedAt, sequence }, because),
)
