import { closeSync, constants, openSync, readlinkSync } from 'node:fs'
import { HostError, sys } from './errors.js'
import { decodeUtf8 } from './text.js'

/**
 * `O_PATH` of Linux, which Node.js does not define: the value in asm-generic/fcntl.h, valid on every architecture that Node.js
 * supports (x86, arm, arm64, ppc64, s390x, riscv64, loong64).
 */
const O_PATH = 0o10000000

/** Pins a file without opening it: touches no device and waits for no FIFO. */
export const PIN = O_PATH | constants.O_NOFOLLOW
/** Opens a directory for a walk; refuses a symbolic link. */
export const HOLD = PIN | constants.O_DIRECTORY
/** Opens the root of a preopen, whose path is trusted. */
export const HOLD_ROOT = O_PATH | constants.O_DIRECTORY

/** The path of an open descriptor, whatever the current name of the file. */
export const ownPath = (fd: number): string => `/proc/self/fd/${fd}`

/** The path of an entry of an open directory. `name` is a single segment; only its own last link may be followed. */
export const entryPath = (directory: number, name: string): string => `/proc/self/fd/${directory}/${name}`

export const open = (path: string, flags: number, mode?: number): number =>
  sys(() => openSync(path, flags, mode))

export const close = (fd: number): void => sys(() => closeSync(fd))

/** The target of a symbolic link; `EINVAL` if it is not a link, `EILSEQ` if the target is not UTF-8. */
export const readLink = (path: string): string => decodeUtf8(sys(() => readlinkSync(path, 'buffer')))

/** A host descriptor that is closed once; EBADF afterwards, so that a reused number is never used. */
export class Handle {
  #fd: number | undefined

  /** Owns `fd`. */
  constructor(fd: number) {
    this.#fd = fd
  }

  get fd(): number {
    if (this.#fd === undefined) throw new HostError('EBADF')
    return this.#fd
  }

  close(): void {
    const fd = this.fd
    this.#fd = undefined
    close(fd)
  }
}

/** Closes several descriptors, all of them even if one fails; the first failure is thrown afterwards. */
export function closeAll(closers: Iterable<() => void>): void {
  const failures: unknown[] = []
  for (const closeOne of closers) {
    try {
      closeOne()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) {
    throw new HostError('EIO', 'a descriptor could not be closed', { cause: failures[0] })
  }
}
