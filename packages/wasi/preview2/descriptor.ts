import { Cursor } from '../host/cursor.js'
import type { Directory } from '../host/directory.js'
import { HostError } from '../host/errors.js'
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
import { DescriptorTarget } from './descriptor-target.js'
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

/**
 * `descriptor` of wasi:filesystem/types. Only the preopen decides whether a directory may be changed, as in Wasmtime, and
 * `get-flags` reports that: the preview 1 adapter never requests `mutate-directory`.
 */
export class Descriptor {
  readonly #holdings: Holdings
  readonly #release: () => void
  readonly #target: DescriptorTarget

  /** `release` is called when the descriptor is dropped. */
  constructor(target: OpenFile | Directory, holdings: Holdings, release: () => void) {
    this.#target = new DescriptorTarget(target)
    this.#holdings = holdings
    this.#release = release
  }

  readViaStream(offset: bigint): InputStream {
    return answer(() => {
      const open = this.#target.file().toRead()
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
      if (this.#target.open().kind === 'directory') throw new HostError('EBADF')
      toOffset(offset)
      toOffset(length)
    })
  }

  syncData(): void {
    answer(() => {
      const target = this.#target.open()
      if (target.kind === 'directory') target.sync()
      else if (target.flags.write === true) target.file.syncData()
    })
  }

  sync(): void {
    answer(() => {
      const target = this.#target.open()
      if (target.kind === 'directory') target.sync()
      else if (target.flags.write === true) target.file.sync()
    })
  }

  getFlags(): Required<DescriptorFlags> {
    return answer(() => {
      const target = this.#target.open()
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
    return answer(() => {
      const target = this.#target.open()
      return descriptorTypeOf(target.kind === 'file' ? target.file.type : 'directory')
    })
  }

  setSize(size: bigint): void {
    answer(() => this.#target.file().toWrite().file.setSize(toOffset(size)))
  }

  setTimes(accessed: NewTimestamp, modified: NewTimestamp): void {
    answer(() => {
      this.#target.onDisk().setTimes({ accessed: toNewTime(accessed), modified: toNewTime(modified) })
    })
  }

  /** At most 64 KiB, and whether the file ends there. */
  read(length: bigint, offset: bigint): [Uint8Array, boolean] {
    return answer(() => {
      const { file } = this.#target.file().toRead()
      const position = toOffset(offset)
      const bytes = new Uint8Array(toReadLength(length))
      if (bytes.length === 0) return [bytes, position >= file.size]
      const done = file.readAt([bytes], position)
      return [bytes.subarray(0, done), done < bytes.length]
    })
  }

  write(bytes: Uint8Array, offset: bigint): bigint {
    return answer(() => {
      const { file, flags } = this.#target.file().toWrite()
      return BigInt(new Cursor(file, toOffset(offset)).write([bytes], durabilityOf(flags)))
    })
  }

  readDirectory(): DirectoryEntryStream {
    return answer(() => {
      const directory = this.#target.directory()
      this.#holdings.requireRoom()
      return new DirectoryEntryStream(directory.list(), this.#holdings)
    })
  }

  createDirectoryAt(path: string): void {
    answer(() => this.#target.directory().createDirectory(path))
  }

  stat(): DescriptorStat {
    return answer(() => toDescriptorStat(this.#target.onDisk().stat()))
  }

  statAt(flags: PathFlags, path: string): DescriptorStat {
    return answer(() => toDescriptorStat(this.#target.directory().statAt(path, follows(flags))))
  }

  setTimesAt(flags: PathFlags, path: string, accessed: NewTimestamp, modified: NewTimestamp): void {
    answer(() => {
      const times = { accessed: toNewTime(accessed), modified: toNewTime(modified) }
      this.#target.directory().setTimesAt(path, follows(flags), times)
    })
  }

  linkAt(flags: PathFlags, path: string, to: Descriptor, newPath: string): void {
    answer(() => this.#target.directory().link(path, follows(flags), to.#target.directory(), newPath))
  }

  openAt(pathFlags: PathFlags, path: string, openFlags: OpenFlags, flags: DescriptorFlags): Descriptor {
    return answer(() => {
      const base = this.#target.directory()
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
    return answer(() => this.#target.directory().readLink(path))
  }

  removeDirectoryAt(path: string): void {
    answer(() => this.#target.directory().removeDirectory(path))
  }

  renameAt(path: string, to: Descriptor, newPath: string): void {
    answer(() => this.#target.directory().rename(path, to.#target.directory(), newPath))
  }

  symlinkAt(target: string, path: string): void {
    answer(() => this.#target.directory().symlink(target, path))
  }

  unlinkFileAt(path: string): void {
    answer(() => this.#target.directory().unlink(path))
  }

  /** Throws a `HostError` if one of them cannot be examined: WASI has no error for that. */
  isSameObject(other: Descriptor): boolean {
    const mine = this.#target.onDisk().stat()
    const others = other.#target.onDisk().stat()
    return mine.inode === others.inode && mine.device === others.device
  }

  metadataHash(): MetadataHash {
    return answer(() => metadataHash(this.#target.onDisk().stat()))
  }

  metadataHashAt(flags: PathFlags, path: string): MetadataHash {
    return answer(() => metadataHash(this.#target.directory().statAt(path, follows(flags))))
  }

  [Symbol.dispose](): void {
    if (this.#target.drop()) this.#release()
  }

  #writer(position: number, append: boolean): OutputStream {
    const open = this.#target.file().toWrite()
    const options = { append, durability: durabilityOf(open.flags) }
    return new OutputStream(new FileSink(new Cursor(open.file, position), options, open.use()))
  }
}
