import { closeSync, constants, openSync, readlinkSync } from 'node:fs'
import { HostError, sys } from './errors.js'
import { decodeUtf8 } from './text.js'

/**
 * `O_PATH` of Linux, which Node does not list: the value of asm-generic/fcntl.h, valid on every architecture that
 * Node runs on (x86, arm, arm64, ppc64, s390x, riscv64, loong64).
 */
const O_PATH = 0o10000000

/** Names a file without opening it: no device is touched and no FIFO waited for. */
export const PIN = O_PATH | constants.O_NOFOLLOW
/** Holds a directory that is to be walked through; a symbolic link is refused. */
export const HOLD = PIN | constants.O_DIRECTORY
/** Holds the root of a preopen, whose own path is trusted. */
export const HOLD_ROOT = O_PATH | constants.O_DIRECTORY

/** The path of what a descriptor stands for, whatever it is called by now. */
export const ownPath = (fd: number): string => `/proc/self/fd/${fd}`

/** The path of one entry of a held directory. `name` is a single segment; only its own last link may be followed. */
export const entryPath = (directory: number, name: string): string => `/proc/self/fd/${directory}/${name}`

export const open = (path: string, flags: number, mode?: number): number =>
  sys(() => openSync(path, flags, mode))

export const close = (fd: number): void => sys(() => closeSync(fd))

/** Where a symbolic link points; `EINVAL` when it is none, `EILSEQ` when the target is no UTF-8. */
export const readLink = (path: string): string => decodeUtf8(sys(() => readlinkSync(path, 'buffer')))

/** A host descriptor that is closed once; EBADF from then on, so that its number is not used when others have it. */
export class Handle {
  #fd: number | undefined

  /** Takes over `fd`. */
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

/** Closes several descriptors, all of them even when one fails; the first failure is thrown afterwards. */
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
