import { closeSync, openSync } from 'node:fs'
import { open, readdir, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Disk } from './disk.js'
import { frame, lengthOf, unframe, unframeOne, type Damage, type Salt } from './frame.js'
import { createSalt, HEAD_BYTES, headOf, readHead } from './head.js'
import { mergeSmall } from './merge-small.js'
import { putAside } from './put-aside.js'
import { toError } from '../../model/to-error.js'

const NAME = /^(\d{12})\.log$/
const segmentName = (segment: number): string => `${String(segment).padStart(12, '0')}.log`

/** Where a record is. */
export type Place = { readonly segment: number; readonly offset: number; readonly bytes: number }

export type Visitor = {
  readonly record: (body: Buffer, place: Place) => void
  readonly damage: (damage: Damage & { readonly file: string }) => void
  /** The header of a file is damaged, so none of it can be read; it was renamed to `aside`. */
  readonly unreadable: (found: {
    readonly file: string
    readonly aside: string
    readonly bytes: number
  }) => void
}

type File = { readonly segment: number; readonly salt: Salt; bytes: number }
type Head = File & { readonly fd: number }

/**
 * The files of a journal; only the end of the newest is ever written. An append is synchronous, and usually one `write`: it
 * survives this process at once, and a power failure from the next `durable` on. A new process starts a new file, so that
 * nothing follows an incomplete record.
 */
export class Segments {
  readonly #directory: string
  readonly #segmentBytes: number
  readonly #disk: Disk
  /** The files, oldest first, without the newest. */
  readonly #closed = new Map<number, File>()
  readonly #unsynced = new Set<number>()
  readonly #leaving = new Set<number>()
  #head: Head | undefined
  #isDirectoryUnsynced = true
  #next = 1
  #appended = 0
  #synced = 0
  /** Set after a failed sync: the disk may have dropped what was written, so nothing can be trusted. */
  #suspect: Error | undefined
  #running: Promise<void> = Promise.resolve()
  #waiting: Promise<void> | undefined

  constructor(directory: string, segmentBytes: number, disk: Disk) {
    this.#directory = directory
    this.#segmentBytes = segmentBytes
    this.#disk = disk
  }

  /** The size of all files. */
  get bytes(): number {
    return [...this.#closed.values()].reduce((sum, { bytes }) => sum + bytes, this.#head?.bytes ?? 0)
  }

  /** Files that are no longer written to, oldest first. */
  get closed(): readonly number[] {
    return [...this.#closed.keys()]
  }

  /** The number of appends so far. */
  get appended(): number {
    return this.#appended
  }

  /** The number of appends that would survive a power failure. */
  get synced(): number {
    return this.#synced
  }

  /** Reads the existing files, oldest first. */
  async read({ record, damage, unreadable }: Visitor): Promise<void> {
    const found = (await readdir(this.#directory)).flatMap((name) => NAME.exec(name)?.[1] ?? [])
    for (const segment of found.map(Number).sort((a, b) => a - b)) {
      const file = segmentName(segment)
      const content = await readFile(join(this.#directory, file))
      this.#next = segment + 1
      const head = readHead(content)
      if (head === undefined && content.length > HEAD_BYTES) {
        unreadable({ file, aside: await putAside(this.#directory, file), bytes: content.length })
        continue
      }
      // A process that ended before its first record leaves at most part of a header.
      const { frames, damages } =
        head === undefined
          ? { frames: [], damages: [{ offset: 0, bytes: content.length, isAtEnd: true }] }
          : unframe(content, head.bytes, head.salt)
      for (const each of damages) damage({ ...each, file })
      for (const { body, offset, bytes } of frames) record(body, { segment, offset, bytes })
      this.#closed.set(segment, { segment, salt: head?.salt ?? 0, bytes: content.length })
    }
  }

  /**
   * Appends several bodies in one write and returns their places. Throws if the disk fails; then none of them remains.
   * @param appends the number of appends to count
   */
  append(bodies: readonly (readonly Uint8Array[])[], appends = bodies.length): readonly Place[] {
    const head = this.#headFor(bodies.reduce((sum, body) => sum + lengthOf(body), 0))
    const { segment } = head
    const frames = bodies.map((body) => frame(body, head.salt))
    let offset = Math.max(head.bytes, HEAD_BYTES)
    this.#write(head, frames.flat())
    this.#appended += appends
    return frames.map((framed) => {
      const place = { segment, offset, bytes: lengthOf(framed) }
      offset += place.bytes
      return place
    })
  }

  /** The body of a record; rejects if it cannot be read. */
  async body({ segment, offset, bytes }: Place): Promise<Buffer> {
    const file = this.#head?.segment === segment ? this.#head : this.#closed.get(segment)
    if (file === undefined) throw new Error(`there is no file ${segmentName(segment)}`)
    const handle = await open(join(this.#directory, segmentName(segment)), 'r')
    try {
      const framed = Buffer.alloc(bytes)
      await handle.read(framed, 0, bytes, offset)
      const body = unframeOne(framed, file.salt)
      if (body === undefined) throw new Error(`the record at ${offset} of ${segmentName(segment)} is damaged`)
      return body
    } finally {
      await handle.close()
    }
  }

  /** Resolves once all earlier appends are on the disk itself. Calls during a sync share the next one. */
  durable(): Promise<void> {
    const next = () => {
      this.#waiting = undefined
      this.#running = this.#sync()
      return this.#running
    }
    this.#waiting ??= this.#running.then(next, next)
    return this.#waiting
  }

  /** Starts a new file with the next append. */
  rotate(): void {
    if (this.#head === undefined) return
    const { segment, salt, bytes, fd } = this.#head
    this.#closed.set(segment, { segment, salt, bytes })
    this.#leaving.add(fd)
    this.#head = undefined
  }

  /** Call before appending all live records again, after what the disk may have dropped. */
  mend(): void {
    this.rotate()
    this.#unsynced.clear()
    this.#suspect = undefined
  }

  /** Deletes a file that is no longer written to, oldest first. Its live records must be durable elsewhere. */
  async remove(segment: number): Promise<void> {
    if (!this.#closed.delete(segment)) return
    await unlink(join(this.#directory, segmentName(segment)))
  }

  async close(): Promise<void> {
    await this.durable().finally(() => {
      if (this.#head !== undefined) closeSync(this.#head.fd)
      this.#head = undefined
    })
  }

  #headFor(bytes: number): Head {
    if (
      this.#head !== undefined &&
      this.#head.bytes > HEAD_BYTES &&
      this.#head.bytes + bytes > this.#segmentBytes
    )
      this.rotate()
    if (this.#head !== undefined) return this.#head
    const segment = this.#next
    const fd = openSync(join(this.#directory, segmentName(segment)), 'wx', 0o600)
    this.#next += 1
    this.#isDirectoryUnsynced = true
    const head = { segment, fd, salt: createSalt(), bytes: 0 }
    this.#head = head
    return head
  }

  /** All or nothing, because a part would pass for damage. The header of a new file is written with its first record. */
  #write(head: Head, framed: readonly Uint8Array[]): void {
    const parts = head.bytes === 0 ? [headOf(head.salt), ...framed] : framed
    let end = head.bytes
    this.#unsynced.add(head.fd)
    try {
      for (const bytes of mergeSmall(parts)) {
        const written = this.#disk.write(head.fd, bytes, end)
        if (written < bytes.length) throw new Error('no space left on device')
        end += bytes.length
      }
    } catch (error) {
      this.#disk.truncate(head.fd, head.bytes)
      throw error
    }
    head.bytes = end
  }

  async #sync(): Promise<void> {
    if (this.#suspect !== undefined) throw this.#suspect
    const files = [...this.#unsynced]
    const leaving = [...this.#leaving]
    const appended = this.#appended
    const isDirectoryUnsynced = this.#isDirectoryUnsynced
    this.#isDirectoryUnsynced = false
    this.#unsynced.clear()
    this.#leaving.clear()
    try {
      for (const fd of files) await this.#disk.sync(fd)
      if (isDirectoryUnsynced) await this.#disk.syncDirectory(this.#directory)
      this.#synced = appended
    } catch (error) {
      this.#isDirectoryUnsynced ||= isDirectoryUnsynced
      this.#suspect = toError(error)
      throw error
    } finally {
      for (const fd of leaving) closeSync(fd)
    }
  }
}
