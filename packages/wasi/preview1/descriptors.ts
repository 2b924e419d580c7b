import type { Cursor } from '../host/cursor.js'
import type { Directory } from '../host/directory.js'
import { HostError } from '../host/errors.js'
import type { File } from '../host/file.js'
import { closeAll } from '../host/handle.js'
import { MAX_DESCRIPTORS } from '../host/holdings.js'
import type { Input, OutputSink } from '../host/stdio.js'
import type { DirectoryReader } from './directory-reader.js'
import { rights } from './rights.js'

type Common = {
  /** Reduced only by fd_fdstat_set_rights, except for reading and writing, which path_open must have requested. */
  rights: number
  inheriting: number
  /** `fdflags`. */
  flags: number
}

export type InputEntry = Common & {
  readonly kind: 'input'
  /** Without one, the descriptor is at its end. */
  readonly input: Input | undefined
  readonly isTerminal: boolean
}
export type OutputEntry = Common & {
  readonly kind: 'output'
  readonly sink: OutputSink
  readonly isTerminal: boolean
}
export type FileEntry = Common & {
  readonly kind: 'file'
  readonly file: File
  readonly cursor: Cursor
}
export type DirectoryEntry = Common & {
  readonly kind: 'directory'
  readonly directory: Directory
  /** The guest path of a preopen. */
  readonly preopen: string | undefined
  reader: DirectoryReader | undefined
}
export type Entry = InputEntry | OutputEntry | FileEntry | DirectoryEntry

/** The descriptors of one guest, by number. */
export class Descriptors {
  readonly #entries: (Entry | undefined)[] = []

  /** EMFILE unless one more fits; called before something is opened for `add`. */
  requireRoom(): void {
    if (this.#lowestFree() === MAX_DESCRIPTORS) throw new HostError('EMFILE')
  }

  /** Adds the entry with the lowest free number. */
  add(entry: Entry): number {
    this.requireRoom()
    const fd = this.#lowestFree()
    this.#entries[fd] = entry
    return fd
  }

  /** EBADF: not open. ENOTCAPABLE: lacks the right; for reading or writing EBADF, as in POSIX. */
  get(fd: number, right: number): Entry {
    const entry = this.#entries[fd]
    if (entry === undefined) throw new HostError('EBADF')
    requireRight(entry, right)
    return entry
  }

  /** ESPIPE: an input or output. EISDIR: a directory. */
  file(fd: number, right: number): FileEntry {
    const entry = this.get(fd, 0)
    if (entry.kind === 'directory') throw new HostError('EISDIR')
    if (entry.kind !== 'file') throw new HostError('ESPIPE')
    requireRight(entry, right)
    return entry
  }

  /** The target of an operation on a file or a directory. EINVAL: an input or output. */
  onDisk(fd: number, right: number): File | Directory {
    const entry = this.get(fd, 0)
    if (entry.kind === 'input' || entry.kind === 'output') throw new HostError('EINVAL')
    requireRight(entry, right)
    return entry.kind === 'file' ? entry.file : entry.directory
  }

  /** ENOTDIR: not a directory. */
  directory(fd: number, right: number): DirectoryEntry {
    const entry = this.get(fd, 0)
    if (entry.kind !== 'directory') throw new HostError('ENOTDIR')
    requireRight(entry, right)
    return entry
  }

  close(fd: number): void {
    const entry = this.get(fd, 0)
    this.#entries[fd] = undefined
    release(entry)
  }

  /** Moves `from` to the number `to`, which must be open and is closed first. */
  renumber(from: number, to: number): void {
    const moved = this.get(from, 0)
    const replaced = this.get(to, 0)
    if (from === to) return
    this.#entries[to] = moved
    this.#entries[from] = undefined
    release(replaced)
  }

  closeAll(): void {
    closeAll(this.#entries.splice(0).map((entry) => () => entry !== undefined && release(entry)))
  }

  #lowestFree(): number {
    const free = this.#entries.indexOf(undefined)
    return free === -1 ? this.#entries.length : free
  }
}

function requireRight(entry: Entry, right: number): void {
  const missing = right & ~entry.rights
  if (missing === 0) return
  throw new HostError((missing & (rights.fdRead | rights.fdWrite)) === 0 ? 'ENOTCAPABLE' : 'EBADF')
}

function release(entry: Entry): void {
  if (entry.kind === 'file') entry.file.close()
  if (entry.kind === 'directory') {
    closeAll([() => entry.reader?.close(), () => entry.directory.close()])
  }
}
