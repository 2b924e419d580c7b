import {
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
} from 'node:fs'
import { HostError, isHostError, sys } from './errors.js'
import { File } from './file.js'
import { Handle, close, entryPath, open, readLink } from './handle.js'
import { Listing } from './listing.js'
import { openLast, type OpenOptions } from './open.js'
import { toFileStat, type FileStat } from './stat.js'
import { checkLinkTarget } from './symlink.js'
import { setTimes, type NewTimes } from './times.js'
import { walkFrom, type Walk } from './walk.js'

/**
 * An open directory, which confines every path resolved in it: a path that leads above it is EPERM, even within the preopen (as
 * in the path resolution of wasi-filesystem). A `readonly` directory, and everything opened through it, refuses changes with
 * EROFS.
 */
export class Directory {
  readonly kind = 'directory'
  readonly readonly: boolean
  readonly #handle: Handle
  /** How many levels below its preopen it was opened. */
  readonly #depth: number

  /** Owns `fd`. */
  constructor(fd: number, readonly: boolean, depth = 0) {
    this.#handle = new Handle(fd)
    this.readonly = readonly
    this.#depth = depth
  }

  open(path: string, options: OpenOptions): File | Directory {
    if (this.readonly && (options.write || options.truncate)) throw new HostError('EROFS')
    return walkFrom(this.#handle.fd, path, (walk) => {
      const { fd, type } = openLast(walk, options, this.readonly)
      return type === 'directory'
        ? new Directory(fd, this.readonly, this.#depth + walk.depth + 1)
        : new File(fd, this.readonly, type)
    })
  }

  stat(): FileStat {
    return toFileStat(sys(() => fstatSync(this.#handle.fd, { bigint: true })))
  }

  statAt(path: string, follow: boolean): FileStat {
    return walkFrom(this.#handle.fd, path, (walk) => toFileStat(walk.toTarget(follow)))
  }

  /** The current entries; the caller closes the listing. */
  list(): Listing {
    return new Listing(this.#handle.fd)
  }

  setTimes(times: NewTimes): void {
    this.#mayChange()
    const { fd } = this.#handle
    sys(() =>
      setTimes(times, {
        fd,
        name: '.',
        current: () => fstatSync(fd, { bigint: true }),
        set: (...seconds) => utimesSync(entryPath(fd, '.'), ...seconds),
      }),
    )
  }

  setTimesAt(path: string, follow: boolean, times: NewTimes): void {
    this.#change(path, (walk) => {
      walk.toTarget(follow)
      setTimes(times, {
        fd: walk.directory,
        name: walk.name,
        current: () => lstatSync(walk.path, { bigint: true }),
        set: (...seconds) => lutimesSync(walk.path, ...seconds),
      })
    })
  }

  createDirectory(path: string): void {
    this.#change(path, (walk) => {
      mkdirSync(walk.toLast().path)
    })
  }

  removeDirectory(path: string): void {
    this.#change(path, (walk) => {
      rmdirSync(walk.toLast().path)
    })
  }

  unlink(path: string): void {
    this.#change(path, (walk) => {
      walk.toLast()
      if (walk.slash) {
        throw new HostError(lstatSync(walk.path).isDirectory() ? 'EISDIR' : 'ENOTDIR')
      }
      unlinkSync(walk.path)
    })
  }

  rename(path: string, to: Directory, newPath: string): void {
    to.#change(newPath, (target) => {
      this.#change(path, (source) => {
        source.toLast()
        target.toLast()
        const wantsDirectory = source.slash || target.slash
        if (wantsDirectory && !lstatSync(source.path).isDirectory()) throw new HostError('ENOTDIR')
        renameSync(source.path, target.path)
      })
    })
  }

  /** Creates a hard link. A symbolic link that is not followed is linked itself. */
  link(path: string, follow: boolean, to: Directory, newPath: string): void {
    to.#change(newPath, (target) => {
      this.#change(path, (source) => {
        source.toTarget(follow)
        refuseSlash(target.toLast())
        linkSync(source.path, target.path)
      })
    })
  }

  /** Creates a symbolic link. EPERM: its target is absolute or leads out of the preopen. */
  symlink(target: string, path: string): void {
    this.#change(path, (walk) => {
      walk.toLast()
      checkLinkTarget(target, this.#depth + walk.depth)
      refuseSlash(walk)
      symlinkSync(target, walk.path)
    })
  }

  /** The target of a symbolic link. EPERM if it is absolute, because it would be a path of the host. */
  readLink(path: string): string {
    return walkFrom(this.#handle.fd, path, (walk) => {
      // As in Linux: a trailing slash requires a directory, which is not a link; otherwise ENOENT or ENOTDIR.
      if (walk.slash) {
        walk.toTarget(true)
        throw new HostError('EINVAL')
      }
      walk.toLast()
      const target = readLink(walk.path)
      if (target.startsWith('/')) throw new HostError('EPERM')
      return target
    })
  }

  sync(): void {
    // The open descriptor is O_PATH and cannot be synchronised itself.
    const fd = open(entryPath(this.#handle.fd, '.'), constants.O_RDONLY | constants.O_DIRECTORY)
    try {
      sys(() => fsyncSync(fd))
    } finally {
      close(fd)
    }
  }

  close(): void {
    this.#handle.close()
  }

  /** The inode of a listed entry; undefined if it cannot be examined (any more). */
  inodeOf(name: string): bigint | undefined {
    try {
      return sys(() => lstatSync(entryPath(this.#handle.fd, name), { bigint: true })).ino
    } catch (error) {
      if (isHostError(error, 'ENOENT', 'EACCES')) return undefined
      throw error
    }
  }

  #mayChange(): void {
    if (this.readonly) throw new HostError('EROFS')
  }

  #change(path: string, change: (walk: Walk) => void): void {
    this.#mayChange()
    walkFrom(this.#handle.fd, path, (walk) => sys(() => change(walk)))
  }
}

/** As in Linux: only a directory can be created under a name that ends in a slash. */
function refuseSlash(walk: Walk): void {
  if (!walk.slash) return
  lstatSync(walk.path)
  throw new HostError('EEXIST')
}
