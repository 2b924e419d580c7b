import { lstatSync, type BigIntStats } from 'node:fs'
import { HostError, isHostError, sys } from './errors.js'
import { HOLD, close, closeAll, entryPath, open, readLink } from './handle.js'

/** `PATH_MAX` of Linux, without the terminating NUL, in bytes. */
export const MAX_PATH_BYTES = 4095
/** The number of symbolic links that Linux expands in one path. */
const MAX_LINKS = 40
/** Directories held open at once by one walk; each takes a host descriptor. */
const MAX_DEPTH = 256

/**
 * A walk from an open directory towards the last segment of a path.
 *
 * INVARIANTS
 * - The kernel receives only one segment of the guest's path at a time, and never `..`: each directory is opened by itself
 *   below the one opened before it, without following links.
 * - `..` returns to the directory that the walk came through, even if it has been moved meanwhile; above the
 *   directory where the walk began it is EPERM.
 * - Symbolic links are read and expanded here; an absolute target is EPERM.
 */
export class Walk {
  readonly #base: number
  readonly #held: number[] = []
  /** The remaining segments, the next one last. */
  #pending: string[]
  #links = 0
  #name = '.'
  #slash: boolean

  /** The caller keeps ownership of `base`. Errors: ENOENT (empty path), EINVAL (NUL), ENAMETOOLONG, EPERM (absolute). */
  constructor(base: number, path: string) {
    checkPath(path)
    this.#base = base
    this.#pending = segmentsOf(path)
    this.#slash = path.endsWith('/')
  }

  /** The directory that contains the last segment. */
  get directory(): number {
    return this.#held.at(-1) ?? this.#base
  }

  /** How many levels below the base that directory is. */
  get depth(): number {
    return this.#held.length
  }

  /** The last segment; `.` for the directory itself. */
  get name(): string {
    return this.#name
  }

  /** The last segment in the form for system calls that do not follow links; `.` for the directory itself. */
  get path(): string {
    return entryPath(this.directory, this.#name)
  }

  /** Whether the path ended in a slash, and so denotes a directory. */
  get slash(): boolean {
    return this.#slash
  }

  /** Walks to the directory of the last segment. */
  toLast(): this {
    for (;;) {
      const segment = this.#pending.pop()
      const isLast = this.#pending.length === 0
      if (segment === undefined || (segment === '.' && isLast)) {
        this.#name = '.'
        return this
      }
      if (segment === '.') continue
      if (segment === '..') {
        this.#up()
      } else if (isLast) {
        this.#name = segment
        return this
      } else {
        this.#enter(segment)
      }
    }
  }

  /** Expands the last segment, which was found to be a symbolic link, and walks on. EINVAL: it no longer is one. */
  followLast(): void {
    this.#expand(readLink(this.path))
    this.toLast()
  }

  /**
   * Walks to the last segment and, if requested or if the path ends in a slash, through links; returns the attributes of the
   * target.
   */
  toTarget(follow: boolean): BigIntStats {
    this.toLast()
    for (;;) {
      const stats = sys(() => lstatSync(this.path, { bigint: true }))
      if (stats.isSymbolicLink() && (follow || this.#slash)) {
        this.followLast()
      } else if (this.#slash && !stats.isDirectory()) {
        throw new HostError('ENOTDIR')
      } else {
        return stats
      }
    }
  }

  close(): void {
    closeAll(this.#held.splice(0).map((fd) => () => close(fd)))
  }

  #up(): void {
    const left = this.#held.pop()
    if (left === undefined) throw new HostError('EPERM', 'the path leads out of its directory')
    close(left)
  }

  #enter(segment: string): void {
    if (this.#held.length === MAX_DEPTH) throw new HostError('ENAMETOOLONG')
    const path = entryPath(this.directory, segment)
    try {
      this.#held.push(open(path, HOLD))
    } catch (error) {
      // With O_DIRECTORY a symbolic link is reported as "not a directory".
      if (!isHostError(error, 'ENOTDIR', 'ELOOP')) throw error
      this.#expand(linkOrNotDirectory(path, error))
    }
  }

  #expand(target: string): void {
    this.#links++
    if (this.#links > MAX_LINKS) throw new HostError('ELOOP')
    checkPath(target)
    if (this.#pending.length === 0) this.#slash ||= target.endsWith('/')
    this.#pending.push(...segmentsOf(target))
  }
}

/** Walks towards `path`, calls `use` there, and closes every directory that was opened. */
export function walkFrom<T>(base: number, path: string, use: (walk: Walk) => T): T {
  const walk = new Walk(base, path)
  try {
    return use(walk)
  } finally {
    walk.close()
  }
}

function linkOrNotDirectory(path: string, notDirectory: HostError): string {
  try {
    return readLink(path)
  } catch (error) {
    throw isHostError(error, 'EINVAL') ? notDirectory : error
  }
}

/** ENAMETOOLONG; a path with more characters than that is not encoded. */
export function checkPathLength(path: string): void {
  if (path.length > MAX_PATH_BYTES || Buffer.byteLength(path) > MAX_PATH_BYTES) {
    throw new HostError('ENAMETOOLONG')
  }
}

function checkPath(path: string): void {
  if (path === '') throw new HostError('ENOENT')
  checkPathLength(path)
  if (path.includes('\0')) throw new HostError('EINVAL')
  if (path.startsWith('/')) throw new HostError('EPERM', 'the path is absolute')
}

const segmentsOf = (path: string): string[] =>
  path
    .split('/')
    .filter((segment) => segment !== '')
    .reverse()
