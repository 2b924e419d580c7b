import type { Publication } from './publication.js'
import type { OfCommand } from './task-event.js'

/** A result, its task, and when the command was received. */
export type Result = OfCommand & {
  readonly id: string
  readonly publication: Publication
  readonly receivedAt: number
  /** Another result of the same command may follow. */
  readonly more?: true
}
