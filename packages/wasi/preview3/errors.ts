import type { ErrorCode as ErrorCode2 } from '../preview2/error-code.js'
import { WitError } from '../preview2/failure.js'

/** `error-code` of wasi:filesystem/types, which is a variant here and has no `would-block`. */
export type ErrorCode =
  | { readonly tag: Exclude<ErrorCode2, 'would-block'> }
  | { readonly tag: 'other'; readonly val: string | undefined }

export const toErrorCode = (code: ErrorCode2): ErrorCode =>
  code === 'would-block' ? { tag: 'other', val: code } : { tag: code }

/** Runs an operation of WASI 0.2; its error becomes that of WASI 0.3. */
export function answer<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw isRefusal(error)
      ? new WitError<ErrorCode>(toErrorCode(error.payload), error.message, { cause: error })
      : error
  }
}

/** The error of an operation that failed before its stream existed. */
export function refusalOf(error: unknown): ErrorCode {
  if (!isRefusal(error)) throw error
  return toErrorCode(error.payload)
}

/** Among the exceptions of a descriptor, only this one has a string payload. */
const isRefusal = (error: unknown): error is WitError<ErrorCode2> =>
  error instanceof WitError && typeof error.payload === 'string'
