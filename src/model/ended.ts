import type { FailureCode, Outcome } from './outcome.js'
import { roundOf } from './round.js'
import type { OfCommand, TaskEnded, TaskEvent } from './task-event.js'

/** The task, when its command was received, and its environment where that is known. */
export type Origin = OfCommand & {
  readonly id: string
  readonly receivedAt: number
  readonly env?: Readonly<Record<string, string>>
}

/** The sequence number of a journaled command, to report events under. */
export const ofCommand = ({ sequence }: OfCommand): OfCommand => (sequence === undefined ? {} : { sequence })

export const failure = (code: FailureCode, error: string, results = ''): Outcome => ({
  kind: 'failed',
  code,
  error,
  results,
})

export const ended = (
  origin: Origin,
  outcome: Outcome,
  announced = false,
): TaskEnded & { readonly id: string } => {
  const { id, receivedAt, env } = origin
  const round = env && roundOf(env)
  return { type: 'ended', id, outcome, receivedAt, announced, ...(round && { round }), ...ofCommand(origin) }
}

/** The end of a task that never ran. */
export const refusal = (origin: Origin, code: FailureCode, error: string): TaskEvent =>
  ended(origin, failure(code, error))
