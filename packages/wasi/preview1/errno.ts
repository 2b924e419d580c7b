import { HostError, type HostErrorCode } from '../host/errors.js'

/** `errno::success`. */
export const SUCCESS = 0

/** `__wasi_errno_t` of wasi/api.h, snapshot preview 1. */
const numbers: Readonly<Record<HostErrorCode, number>> = {
  EACCES: 2,
  EAGAIN: 6,
  EALREADY: 7,
  EBADF: 8,
  EBUSY: 10,
  EDEADLK: 16,
  EDQUOT: 19,
  EEXIST: 20,
  EFAULT: 21,
  EFBIG: 22,
  EILSEQ: 25,
  EINPROGRESS: 26,
  EINTR: 27,
  EINVAL: 28,
  EIO: 29,
  EISDIR: 31,
  ELOOP: 32,
  EMFILE: 33,
  EMLINK: 34,
  EMSGSIZE: 35,
  ENAMETOOLONG: 37,
  ENFILE: 41,
  ENODEV: 43,
  ENOENT: 44,
  ENOLCK: 46,
  ENOMEM: 48,
  ENOSPC: 51,
  ENOTCAPABLE: 76,
  ENOTDIR: 54,
  ENOTEMPTY: 55,
  ENOTRECOVERABLE: 56,
  ENOTSOCK: 57,
  ENOTSUP: 58,
  ENOTTY: 59,
  ENXIO: 60,
  EOVERFLOW: 61,
  EPERM: 63,
  EPIPE: 64,
  EROFS: 69,
  ESPIPE: 70,
  ESTALE: 72,
  ETXTBSY: 74,
  EXDEV: 75,
}

export const errnoOf = (error: HostError): number => numbers[error.code]

/**
 * Wraps a function for guests: a HostError becomes an errno. Other exceptions (the end of the guest, an exception of a sink, a
 * bug) pass through.
 */
export const answer =
  <A extends readonly (number | bigint)[]>(work: (...args: A) => void) =>
  (...args: A): number => {
    try {
      work(...args)
      return SUCCESS
    } catch (error) {
      if (error instanceof HostError) return errnoOf(error)
      throw error
    }
  }
