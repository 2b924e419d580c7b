import * as E from 'fp-ts/lib/Either.js'
import type { FailureCode, Outcome } from '../../model/outcome.js'
import { TOO_LONG } from './command.js'
import { messageOf } from '../../model/message-of.js'
import { codeOf } from '../../model/code-of.js'

/** Why a task does not run. */
export class Refusal extends Error {
  readonly code: FailureCode

  constructor(code: FailureCode, message: string) {
    super(message)
    this.name = 'Refusal'
    this.code = code
  }
}

export function orRefuse<T>(code: FailureCode, checked: E.Either<string, T>): T {
  if (E.isLeft(checked)) throw new Refusal(code, checked.left)
  return checked.right
}

/** The failure for a task that could not run, whatever the reason. */
export function outcomeOfError(error: unknown): Outcome {
  if (error instanceof Refusal) return failed(error.code, error.message)
  if (codeOf(error) === 'E2BIG') return failed('call', TOO_LONG)
  return failed('runtime', `the task could not be started: ${messageOf(error)}`)
}

const failed = (code: FailureCode, error: string): Outcome => ({ kind: 'failed', code, error, results: '' })
