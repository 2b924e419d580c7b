import type { FailureCode } from '../../model/outcome.js'

/** A task that can't go on, in words for the person who started it. */
export class TaskFailure extends Error {
  readonly code: FailureCode

  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'TaskFailure'
    this.code = code
  }
}
