import { Cursor } from '../host/cursor.js'
import type { Directory } from '../host/directory.js'
import { HostError } from '../host/errors.js'
import type { File } from '../host/file.js'
import { FileSink, FileSource } from '../host/file-streams.js'
import type { Holdings } from '../host/holdings.js'
import { toOffset } from '../host/offset.js'
import {
  descriptorTypeOf,
  metadataHash,
  toDescriptorStat,
  type DescriptorStat,
  type DescriptorType,
  type MetadataHash,
} from './attributes.js'
import { toNewTime, type NewTimestamp } from './datetime.js'
import { DirectoryEntryStream } from './directory-entry-stream.js'
import { answer } from './error-code.js'
import { InputStream, toReadLength } from './input-stream.js'
import {
  durabilityOf,
  follows,
  openAt,
  type DescriptorFlags,
  type OpenFlags,
  type PathFlags,
} from './open-at.js'
import { OpenFile } from './open-file.js'
import { OutputStream } from './output-stream.js'

type Target = OpenFile | Directory

/**
 * `descriptor` of wasi:filesystem/types. Only the preopen decides whether a directory may be changed, as in Wasmtime, and
 * `get-flags` reports that: the preview 1 adapter never requests `mutate-directory`.
 */
export class Descriptor {
  readonly #holdings: Holdings
  readonly #release: () => void
  #target: Target | undefined

  /** `release` is called when the descriptor is dropped. */
  constructor(target: Target, holdings: Holdings, release: () => void) {
    this.#target = target
    this.#holdings = holdings
    this.#release = release
  }

  readViaStream(offset: bigint): InputStream {
    return answer(() => {
      const open = this.#file().toRead()
      const cursor = new Cursor(open.file, toOffset(offset))
      return new InputStream(new FileSource(cursor, open.use()))
    })
  }

  writeViaStream(offset: bigint): OutputStream {
    return answer(() => this.#writer(toOffset(offset), false))
  }

  appendViaStream(): OutputStream {
    return answer(() => this.#writer(0, true))
  }

  /** Advice is accepted and ignored, because Node.js cannot pass it on. EBADF: a directory. */
  advise(offset: bigint, length: bigint): void {
    answer(() => {
      if (this.#open().kind === 'directory') throw new HostError('EBADF')
      toOffset(offset)
      toOffset(length)
    })
  }

  syncData(): void {
    answer(() => {
      const target = this.#open()
      if (target.kind === 'directory') target.sync()
      else if (target.flags.write === true) target.file.syncData()
    })
  }

  sync(): void {
    answer(() => {
      const target = this.#open()
      if (target.kind === 'directory') target.sync()
      else if (target.flags.write === true) target.file.sync()
    })
  }

  getFlags(): Required<DescriptorFlags> {
    return answer(() => {
      const target = this.#open()
      const flags: DescriptorFlags = target.kind === 'file' ? target.flags : { read: true }
      return {
        read: flags.read === true,
        write: flags.write === true,
        fileIntegritySync: flags.fileIntegritySync === true,
        dataIntegritySync: flags.dataIntegritySync === true,
        requestedWriteSync: flags.requestedWriteSync === true,
        mutateDirectory: target.kind === 'directory' && !target.readonly,
      }
    })
  }

  getType(): DescriptorType {
    return answer(() => descriptorTypeOf(this.#open().kind === 'file' ? 'regular' : 'directory'))
  }

  setSize(size: bigint): void {
    answer(() => this.#file().toWrite().file.setSize(toOffset(size)))
  }

  setTimes(accessed: NewTimestamp, modified: NewTimestamp): void {
    answer(() => {
      this.#onDisk().setTimes({ accessed: toNewTime(accessed), modified: toNewTime(modified) })
    })
  }

  /** At most 64 KiB, and whether the file ends there. */
  read(length: bigint, offset: bigint): [Uint8Array, boolean] {
    return answer(() => {
      const { file } = this.#file().toRead()
      const position = toOffset(offset)
      const bytes = new Uint8Array(toReadLength(length))
      if (bytes.length === 0) return [bytes, position >= file.size]
      const done = file.readAt([bytes], position)
      return [bytes.subarray(0, done), done < bytes.length]
    })
  }

  write(bytes: Uint8Array, offset: bigint): bigint {
    return answer(() => {
      const { file, flags } = this.#file().toWrite()
      return BigInt(new Cursor(file, toOffset(offset)).write([bytes], durabilityOf(flags)))
    })
  }

  readDirectory(): DirectoryEntryStream {
    return answer(() => {
      const directory = this.#directory()
      this.#holdings.requireRoom()
      return new DirectoryEntryStream(directory.list(), this.#holdings)
    })
  }

  createDirectoryAt(path: string): void {
    answer(() => this.#directory().createDirectory(path))
  }

  stat(): DescriptorStat {
    return answer(() => toDescriptorStat(this.#onDisk().stat()))
  }

  statAt(flags: PathFlags, path: string): DescriptorStat {
    return answer(() => toDescriptorStat(this.#directory().statAt(path, follows(flags))))
  }

  setTimesAt(flags: PathFlags, path: string, accessed: NewTimestamp, modified: NewTimestamp): void {
    answer(() => {
      const times = { accessed: toNewTime(accessed), modified: toNewTime(modified) }
      this.#directory().setTimesAt(path, follows(flags), times)
    })
  }

  linkAt(flags: PathFlags, path: string, to: Descriptor, newPath: string): void {
    answer(() => this.#directory().link(path, follows(flags), to.#directory(), newPath))
  }

  openAt(pathFlags: PathFlags, path: string, openFlags: OpenFlags, flags: DescriptorFlags): Descriptor {
    return answer(() => {
      const base = this.#directory()
      this.#holdings.requireRoom()
      const opened = openAt(base, pathFlags, path, openFlags, flags)
      if (opened.kind === 'file') {
        const open = new OpenFile(opened, flags, this.#holdings)
        return new Descriptor(open, this.#holdings, open.use())
      }
      this.#holdings.add(opened)
      return new Descriptor(opened, this.#holdings, () => this.#holdings.close(opened))
    })
  }

  readlinkAt(path: string): string {
    return answer(() => this.#directory().readLink(path))
  }

  removeDirectoryAt(path: string): void {
    answer(() => this.#directory().removeDirectory(path))
  }

  renameAt(path: string, to: Descriptor, newPath: string): void {
    answer(() => this.#directory().rename(path, to.#directory(), newPath))
  }

  symlinkAt(target: string, path: string): void {
    answer(() => this.#directory().symlink(target, path))
  }

  unlinkFileAt(path: string): void {
    answer(() => this.#directory().unlink(path))
  }

  /** Throws a `HostError` if one of them cannot be examined: WASI has no error for that. */
  isSameObject(other: Descriptor): boolean {
    const mine = this.#onDisk().stat()
    const others = other.#onDisk().stat()
    return mine.inode === others.inode && mine.device === others.device
  }

  metadataHash(): MetadataHash {
    return answer(() => metadataHash(this.#onDisk().stat()))
  }

  metadataHashAt(flags: PathFlags, path: string): MetadataHash {
    return answer(() => metadataHash(this.#directory().statAt(path, follows(flags))))
  }

  [Symbol.dispose](): void {
    if (this.#target === undefined) return
    this.#target = undefined
    this.#release()
  }

  #writer(position: number, append: boolean): OutputStream {
    const open = this.#file().toWrite()
    const options = { append, durability: durabilityOf(open.flags) }
    return new OutputStream(new FileSink(new Cursor(open.file, position), options, open.use()))
  }

  /** EBADF: the descriptor was dropped. */
  #open(): Target {
    if (this.#target === undefined) throw new HostError('EBADF')
    return this.#target
  }

  #onDisk(): File | Directory {
    const target = this.#open()
    return target.kind === 'file' ? target.file : target
  }

  /** EISDIR: a directory. */
  #file(): OpenFile {
    const target = this.#open()
    if (target.kind === 'directory') throw new HostError('EISDIR')
    return target
  }

  /** ENOTDIR: a file. */
  #directory(): Directory {
    const target = this.#open()
    if (target.kind === 'file') throw new HostError('ENOTDIR')
    return target
  }
}
