import type { HostError } from '../host/errors.js'
import { errorCodeOf, type ErrorCode } from './error-code.js'

/** `error` of wasi:io/error. */
export class IoError {
  readonly #cause: HostError

  constructor(cause: HostError) {
    this.#cause = cause
  }

  /** Only the code: error messages of Node.js contain host paths. */
  toDebugString(): string {
    return this.#cause.code
  }

  /** `filesystem-error-code` of wasi:filesystem/types. Every stream failure of this host has one. */
  static toErrorCode(error: IoError): ErrorCode {
    return errorCodeOf(error.#cause)
  }

  // There is nothing to release.
  [Symbol.dispose](): void {}
}
