/** Errors of the host, with POSIX names; each version of WASI maps them to its own numbers or names. */
const codes = [
  'EACCES',
  'EAGAIN',
  'EALREADY',
  'EBADF',
  'EBUSY',
  'EDEADLK',
  'EDQUOT',
  'EEXIST',
  'EFAULT',
  'EFBIG',
  'EILSEQ',
  'EINPROGRESS',
  'EINTR',
  'EINVAL',
  'EIO',
  'EISDIR',
  'ELOOP',
  'EMFILE',
  'EMLINK',
  'EMSGSIZE',
  'ENAMETOOLONG',
  'ENFILE',
  'ENODEV',
  'ENOENT',
  'ENOLCK',
  'ENOMEM',
  'ENOSPC',
  'ENOTCAPABLE',
  'ENOTDIR',
  'ENOTEMPTY',
  'ENOTRECOVERABLE',
  'ENOTSOCK',
  'ENOTSUP',
  'ENOTTY',
  'ENXIO',
  'EOVERFLOW',
  'EPERM',
  'EPIPE',
  'EROFS',
  'ESPIPE',
  'ESTALE',
  'ETXTBSY',
  'EXDEV',
] as const

export type HostErrorCode = (typeof codes)[number]

const known: ReadonlySet<string> = new Set(codes)
const isKnown = (code: string): code is HostErrorCode => known.has(code)

/**
 * A refused request of the guest or its embedder.
 *
 * ```ts
 * try {
 *   createPreview1(options)
 * } catch (error) {
 *   if (error instanceof HostError) console.error(error.code, error.message)
 * }
 * ```
 */
export class HostError extends Error {
  override readonly name = 'HostError'
  readonly code: HostErrorCode

  constructor(code: HostErrorCode, message: string = code, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Makes one system call through Node.js; its failure becomes a HostError (`EIO` if the code is not in the list above). */
export function sys<T>(call: () => T): T {
  try {
    return call()
  } catch (error) {
    throw isSystemError(error)
      ? new HostError(isKnown(error.code) ? error.code : 'EIO', error.message, { cause: error })
      : error
  }
}

// Errors of Node's argument checks have a code as well, but no system call: they are bugs of this package.
function isSystemError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string'
}

/** Whether `error` is a HostError of one of `codes`. */
export const isHostError = (error: unknown, ...wanted: readonly HostErrorCode[]): error is HostError =>
  error instanceof HostError && wanted.includes(error.code)
