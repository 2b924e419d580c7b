import { hostFuture, refuseStream } from '@proplet/component/link/async/host.js'
import type { Channel } from '@proplet/component/link/async/channel.js'
import type { DescriptorStat, DescriptorType, MetadataHash } from '../preview2/attributes.js'
import type { NewTimestamp } from '../preview2/datetime.js'
import type { Descriptor as Descriptor2 } from '../preview2/descriptor.js'
import type { DescriptorFlags, OpenFlags, PathFlags } from '../preview2/open-at.js'
import type { OutputStream } from '../preview2/output-stream.js'
import { answer, refusalOf, toErrorCode } from './errors.js'
import { readFrom, readInput, writeTo, type Reading } from './streams.js'

/** Directory entries that are read at once. */
const MAX_ENTRIES = 64

type Type = { readonly tag: Exclude<DescriptorType, 'unknown'> } | { readonly tag: 'other' }
type Stat = Omit<DescriptorStat, 'type'> & { readonly type: Type }

const typeOf = (type: DescriptorType): Type => ({ tag: type === 'unknown' ? 'other' : type })
const statOf = (stat: DescriptorStat): Stat => ({ ...stat, type: typeOf(stat.type) })

/** `descriptor` of wasi:filesystem/types: that of WASI 0.2, with streams of WASI 0.3. */
export class Descriptor {
  readonly #inner: Descriptor2
  /** Whether a directory was opened with `mutate-directory`. */
  readonly #mutates: boolean

  /** Owns the descriptor. */
  constructor(inner: Descriptor2, mutates = true) {
    this.#inner = inner
    this.#mutates = mutates
  }

  readViaStream(offset: bigint): Reading {
    try {
      return readInput(this.#inner.readViaStream(offset), toErrorCode)
    } catch (error) {
      return failedReading(error)
    }
  }

  writeViaStream(data: unknown, offset: bigint): Channel {
    return write(data, () => this.#inner.writeViaStream(offset))
  }

  appendViaStream(data: unknown): Channel {
    return write(data, () => this.#inner.appendViaStream())
  }

  advise(offset: bigint, length: bigint): void {
    answer(() => this.#inner.advise(offset, length))
  }

  syncData(): void {
    answer(() => this.#inner.syncData())
  }

  sync(): void {
    answer(() => this.#inner.sync())
  }

  getFlags(): Required<DescriptorFlags> {
    return answer(() => {
      const flags = this.#inner.getFlags()
      return { ...flags, mutateDirectory: flags.mutateDirectory && this.#mutates }
    })
  }

  getType(): Type {
    return answer(() => typeOf(this.#inner.getType()))
  }

  setSize(size: bigint): void {
    answer(() => this.#inner.setSize(size))
  }

  setTimes(accessed: NewTimestamp, modified: NewTimestamp): void {
    answer(() => this.#inner.setTimes(accessed, modified))
  }

  readDirectory(): Reading {
    try {
      const entries = this.#inner.readDirectory()
      const next = (count: number) => {
        const found: object[] = []
        while (found.length < Math.min(count, MAX_ENTRIES)) {
          const entry = entries.readDirectoryEntry()
          if (entry === undefined) break
          found.push({ type: typeOf(entry.type), name: entry.name })
        }
        return found.length === 0 ? undefined : found
      }
      return readFrom(next, refusalOf, () => entries[Symbol.dispose]())
    } catch (error) {
      return failedReading(error)
    }
  }

  createDirectoryAt(path: string): void {
    answer(() => this.#inner.createDirectoryAt(path))
  }

  stat(): Stat {
    return answer(() => statOf(this.#inner.stat()))
  }

  statAt(flags: PathFlags, path: string): Stat {
    return answer(() => statOf(this.#inner.statAt(flags, path)))
  }

  setTimesAt(flags: PathFlags, path: string, accessed: NewTimestamp, modified: NewTimestamp): void {
    answer(() => this.#inner.setTimesAt(flags, path, accessed, modified))
  }

  linkAt(flags: PathFlags, path: string, to: Descriptor, newPath: string): void {
    answer(() => this.#inner.linkAt(flags, path, to.#inner, newPath))
  }

  openAt(pathFlags: PathFlags, path: string, openFlags: OpenFlags, flags: DescriptorFlags): Descriptor {
    const opened = answer(() =>
      this.#inner.openAt(pathFlags, path, openFlags, impliedFlags(openFlags, flags)),
    )
    return new Descriptor(opened, flags.mutateDirectory === true)
  }

  readlinkAt(path: string): string {
    return answer(() => this.#inner.readlinkAt(path))
  }

  removeDirectoryAt(path: string): void {
    answer(() => this.#inner.removeDirectoryAt(path))
  }

  renameAt(path: string, to: Descriptor, newPath: string): void {
    answer(() => this.#inner.renameAt(path, to.#inner, newPath))
  }

  symlinkAt(target: string, path: string): void {
    answer(() => this.#inner.symlinkAt(target, path))
  }

  unlinkFileAt(path: string): void {
    answer(() => this.#inner.unlinkFileAt(path))
  }

  isSameObject(other: Descriptor): boolean {
    return this.#inner.isSameObject(other.#inner)
  }

  metadataHash(): MetadataHash {
    return answer(() => this.#inner.metadataHash())
  }

  metadataHashAt(flags: PathFlags, path: string): MetadataHash {
    return answer(() => this.#inner.metadataHashAt(flags, path))
  }

  [Symbol.dispose](): void {
    this.#inner[Symbol.dispose]()
  }
}

/** A new file is writable, and a file opened for neither reading nor writing is readable. */
const impliedFlags = ({ create }: OpenFlags, flags: DescriptorFlags): DescriptorFlags => ({
  ...flags,
  read: flags.read === true || flags.write !== true,
  write: flags.write === true || create === true,
})

/** The future of the stream is the only place to report the error. */
function failedReading(error: unknown): Reading {
  const code = refusalOf(error)
  return readFrom(
    () => {
      throw error
    },
    () => code,
  )
}

function write(data: unknown, open: () => OutputStream): Channel {
  let output: OutputStream
  try {
    output = open()
  } catch (error) {
    const { future, resolve } = hostFuture()
    resolve({ tag: 'err', val: refusalOf(error) })
    refuseStream(data)
    return future
  }
  return writeTo(data, output, toErrorCode)
}
