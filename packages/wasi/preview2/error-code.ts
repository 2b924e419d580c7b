import { HostError, type HostErrorCode } from '../host/errors.js'
import { WitError } from './failure.js'

/**
 * `error-code` of wasi:filesystem/types. Codes without an equivalent: a full descriptor table is `insufficient-memory`, and a
 * stale file `io`.
 */
const errorCodes = {
  EACCES: 'access',
  EAGAIN: 'would-block',
  EALREADY: 'already',
  EBADF: 'bad-descriptor',
  EBUSY: 'busy',
  EDEADLK: 'deadlock',
  EDQUOT: 'quota',
  EEXIST: 'exist',
  EFAULT: 'invalid',
  EFBIG: 'file-too-large',
  EILSEQ: 'illegal-byte-sequence',
  EINPROGRESS: 'in-progress',
  EINTR: 'interrupted',
  EINVAL: 'invalid',
  EIO: 'io',
  EISDIR: 'is-directory',
  ELOOP: 'loop',
  EMFILE: 'insufficient-memory',
  EMLINK: 'too-many-links',
  EMSGSIZE: 'message-size',
  ENAMETOOLONG: 'name-too-long',
  ENFILE: 'insufficient-memory',
  ENODEV: 'no-device',
  ENOENT: 'no-entry',
  ENOLCK: 'no-lock',
  ENOMEM: 'insufficient-memory',
  ENOSPC: 'insufficient-space',
  ENOTCAPABLE: 'not-permitted',
  ENOTDIR: 'not-directory',
  ENOTEMPTY: 'not-empty',
  ENOTRECOVERABLE: 'not-recoverable',
  ENOTSOCK: 'unsupported',
  ENOTSUP: 'unsupported',
  ENOTTY: 'no-tty',
  ENXIO: 'no-such-device',
  EOVERFLOW: 'overflow',
  EPERM: 'not-permitted',
  EPIPE: 'pipe',
  EROFS: 'read-only',
  ESPIPE: 'invalid-seek',
  ESTALE: 'io',
  ETXTBSY: 'text-file-busy',
  EXDEV: 'cross-device',
} as const satisfies Readonly<Record<HostErrorCode, string>>

export type ErrorCode = (typeof errorCodes)[HostErrorCode]

export const errorCodeOf = (error: HostError): ErrorCode => errorCodes[error.code]

/** Runs a file system operation: a `HostError` becomes an `error-code`, other exceptions pass through. */
export function answer<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof HostError)) throw error
    const code = errorCodeOf(error)
    throw new WitError<ErrorCode>(code, code, { cause: error })
  }
}
