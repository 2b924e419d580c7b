import type { FailureCode, Outcome } from '../model/outcome.js'
import type { TaskEnded, TaskEvent } from '../model/task-event.js'

/** The task, and when its command was received. */
export type Origin = { readonly id: string; readonly receivedAt: number }

export const failure = (code: FailureCode, error: string, results = ''): Outcome => ({
  kind: 'failed',
  code,
  error,
  results,
})

export const ended = (
  { id, receivedAt }: Origin,
  outcome: Outcome,
  announced = false,
): TaskEnded & { readonly id: string } => ({
  type: 'ended',
  id,
  outcome,
  receivedAt,
  announced,
})

/** The end of a task that never ran. */
export const refusal = (origin: Origin, code: FailureCode, error: string): TaskEvent =>
  ended(origin, failure(code, error))

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
