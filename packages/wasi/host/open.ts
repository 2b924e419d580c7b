import { constants, fstatSync } from 'node:fs'
import { HostError, isHostError, sys } from './errors.js'
import { PIN, close, open, ownPath } from './handle.js'
import type { Walk } from './walk.js'

export type OpenOptions = {
  /** Whether to expand a symbolic link in the last segment; otherwise it is ELOOP. */
  readonly follow: boolean
  readonly read: boolean
  readonly write: boolean
  readonly create: boolean
  /** With `create`: fail if it exists already. */
  readonly exclusive: boolean
  readonly truncate: boolean
  /** Fail unless it is a directory. */
  readonly directory: boolean
}

export type Opened = { readonly fd: number; readonly type: 'regular' | 'character' | 'directory' }

/** Major number 1 of Linux: null, zero, full, random and urandom. They hold nothing, reach nothing and never block. */
const HARMLESS_DEVICES: ReadonlySet<number> = new Set([3, 5, 7, 8, 9].map((minor) => (1 << 8) | minor))

/** How often to retry a name that keeps changing concurrently. */
const MAX_TRIES = 64

/**
 * Opens the last segment of a walk; only regular files, directories and harmless devices such as `/dev/null`. It is pinned first,
 * and opened through the pin once its type is known, so that no other device or FIFO is ever opened and nothing can replace it
 * meanwhile.
 */
export function openLast(walk: Walk, options: OpenOptions, readonly: boolean): Opened {
  walk.toLast()
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const opened =
      options.create && options.exclusive ? create(walk, options, readonly) : openExisting(walk, options)
    if (opened === 'retry') continue
    if (opened !== 'missing') return opened
    if (!options.create) throw new HostError('ENOENT')
    try {
      return create(walk, options, readonly)
    } catch (error) {
      if (!isHostError(error, 'EEXIST')) throw error
    }
  }
  throw new HostError('EAGAIN')
}

function create(walk: Walk, options: OpenOptions, readonly: boolean): Opened {
  if (readonly) throw new HostError('EROFS')
  if (walk.slash) throw new HostError('EISDIR')
  const flags = constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW | accessFlags(options)
  return { fd: open(walk.path, flags, 0o666), type: 'regular' }
}

function openExisting(walk: Walk, options: OpenOptions): Opened | 'missing' | 'retry' {
  const pin = openPin(walk)
  if (pin === undefined) return 'missing'
  let kept = false
  try {
    const stats = sys(() => fstatSync(pin))
    if (stats.isSymbolicLink()) return follow(walk, options)
    if (stats.isDirectory()) {
      checkDirectory(options)
      kept = true
      return { fd: pin, type: 'directory' }
    }
    if (options.directory || walk.slash) throw new HostError('ENOTDIR')
    const isDevice = stats.isCharacterDevice() && HARMLESS_DEVICES.has(stats.rdev)
    if (!stats.isFile() && !isDevice) throw new HostError('EPERM', 'neither a regular file nor a directory')
    const truncate = options.truncate ? constants.O_TRUNC : 0
    const fd = open(ownPath(pin), accessFlags(options) | truncate)
    return { fd, type: isDevice ? 'character' : 'regular' }
  } finally {
    if (!kept) close(pin)
  }
}

function openPin(walk: Walk): number | undefined {
  try {
    return open(walk.path, PIN)
  } catch (error) {
    if (isHostError(error, 'ENOENT')) return undefined
    throw error
  }
}

function follow(walk: Walk, options: OpenOptions): 'retry' {
  if (!options.follow && !walk.slash) throw new HostError(options.directory ? 'ENOTDIR' : 'ELOOP')
  try {
    walk.followLast()
  } catch (error) {
    // EINVAL: the link was replaced after it was pinned.
    if (!isHostError(error, 'EINVAL')) throw error
  }
  return 'retry'
}

function checkDirectory(options: OpenOptions): void {
  if (options.truncate || options.write || (!options.directory && options.create))
    throw new HostError('EISDIR')
}

function accessFlags({ read, write }: OpenOptions): number {
  const access = write ? (read ? constants.O_RDWR : constants.O_WRONLY) : constants.O_RDONLY
  return access | constants.O_NONBLOCK
}
