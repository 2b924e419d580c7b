import type { Publication } from './publication.js'
import type { OfCommand } from './task-event.js'

/** A result, the task it is of, and when the command of that was received. */
export type Result = OfCommand & {
  readonly id: string
  readonly publication: Publication
  readonly receivedAt: number
  /** Another one of the command may follow. */
  readonly more?: true
}
