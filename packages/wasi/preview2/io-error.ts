import type { HostError } from '../host/errors.js'
import { errorCodeOf, type ErrorCode } from './error-code.js'

/** `error` of wasi:io/error. */
export class IoError {
  readonly #cause: HostError

  constructor(cause: HostError) {
    this.#cause = cause
  }

  /** The code only: what Node says of an error has paths of the host in it. */
  toDebugString(): string {
    return this.#cause.code
  }

  /** `filesystem-error-code` of wasi:filesystem/types. Every failure of a stream of ours has one. */
  static toErrorCode(error: IoError): ErrorCode {
    return errorCodeOf(error.#cause)
  }

  // Nothing is held.
  [Symbol.dispose](): void {}
}
