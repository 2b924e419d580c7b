import { failed, refused, type Outcome } from '../outcome.js'

export const isErrorWithCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code

export const messageOf = (error: unknown): string =>
  (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 300)

/** An unsupported feature counts as refused; any other error is a failure. */
export const outcomeOfError = (error: unknown): Outcome =>
  isErrorWithCode(error, 'unsupported') && error instanceof Error
    ? refused(error.message)
    : failed(messageOf(error))
