import { lstatSync, type BigIntStats } from 'node:fs'
import { HostError, isHostError, sys } from './errors.js'
import { HOLD, close, closeAll, entryPath, open, readLink } from './handle.js'

/** `PATH_MAX` of Linux without the terminating NUL, in bytes. */
export const MAX_PATH_BYTES = 4095
/** As many symbolic links as Linux expands in one path. */
const MAX_LINKS = 40
/** Directories held at once by one walk; each costs a host descriptor. */
const MAX_DEPTH = 256

/**
 * A walk from a held directory towards the last segment of a path.
 *
 * INVARIANTS
 * - The kernel is never given more than one segment of the guest, and never `..`: each directory is opened by itself
 *   below the one held before it, without following links.
 * - `..` goes back to the directory that the walk came through, even when it has been moved meanwhile; above the
 *   directory that the walk began in it is EPERM.
 * - Symbolic links are read and expanded here; an absolute target is EPERM.
 */
export class Walk {
  readonly #base: number
  readonly #held: number[] = []
  /** Segments still to go, the next one last. */
  #pending: string[]
  #links = 0
  #name = '.'
  #slash: boolean

  /** `base` stays with the caller. Errors: ENOENT (empty path), EINVAL (NUL), ENAMETOOLONG, EPERM (absolute). */
  constructor(base: number, path: string) {
    checkPath(path)
    this.#base = base
    this.#pending = segmentsOf(path)
    this.#slash = path.endsWith('/')
  }

  /** The directory that the last segment is in. */
  get directory(): number {
    return this.#held.at(-1) ?? this.#base
  }

  /** How many directories below the base that is. */
  get depth(): number {
    return this.#held.length
  }

  /** The last segment; `.` for the directory itself. */
  get name(): string {
    return this.#name
  }

  /** The last segment in the form for a system call that does not follow links; `.` for the directory itself. */
  get path(): string {
    return entryPath(this.directory, this.#name)
  }

  /** Whether the path ended in a slash, and so means a directory. */
  get slash(): boolean {
    return this.#slash
  }

  /** Goes as far as the directory of the last segment. */
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

  /** Expands the last segment, which was found to be a symbolic link, and walks on. EINVAL: it is none any more. */
  followLast(): void {
    this.#expand(readLink(this.path))
    this.toLast()
  }

  /** Goes to the last segment and, when asked or when the path ends in a slash, on through links; says what is there. */
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

/** Walks towards `path`, lets `use` work there, and lets go of every directory that was held. */
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

/** ENAMETOOLONG, without looking at all of a path that has more characters already. */
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
