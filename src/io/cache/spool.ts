import { createHash, type Hash } from 'node:crypto'
import { open, rm, type FileHandle } from 'node:fs/promises'
import { SLICE } from '../slices.js'

/** Bytes of memory for all binaries that are being received. */
export type Budget = {
  /** Returns false if less than that is left. */
  readonly take: (bytes: number) => boolean
  readonly give: (bytes: number) => void
}

export const createBudget = (maxBytes: number): Budget => {
  let left = maxBytes
  return {
    take: (bytes) => {
      if (bytes > left) return false
      left -= bytes
      return true
    },
    give: (bytes) => {
      left += bytes
    },
  }
}

/** The data fits neither on disk nor into the memory budget. */
export class SpoolError extends Error {
  override readonly name = 'SpoolError'
  readonly code = 'spool'
}

/** The file of a spool, which is created with the first byte. */
export type SpoolPlace = {
  readonly path: string
  readonly report: (error: unknown) => void
  /** By default creates a new file. */
  readonly open?: (path: string) => Promise<SpoolFile>
}

export type SpoolFile = Pick<FileHandle, 'write' | 'read' | 'truncate' | 'sync' | 'close'>

const openNew = (path: string): Promise<SpoolFile> => open(path, 'wx+', 0o600)

/**
 * Data being received, in a temporary file, and its SHA-256.
 *
 * Invariants: the hash covers all bytes written since the last reset. They are in the file or, if the disk has failed,
 * in memory, never in both. Writes are serialised.
 */
export class Spool {
  readonly #place: SpoolPlace | undefined
  readonly #budget: Budget
  #isOnDisk: boolean
  #handle: SpoolFile | undefined
  #pieces: Uint8Array[] = []
  #held = 0
  #size = 0
  #hash: Hash = createHash('sha256')
  #isDone = false

  /** @param place undefined to keep everything in memory */
  constructor(place: SpoolPlace | undefined, budget: Budget) {
    this.#place = place
    this.#isOnDisk = place !== undefined
    this.#budget = budget
  }

  /** Bytes. */
  get size(): number {
    return this.#size
  }

  /** `sha256:…` of the data so far. */
  get digest(): string {
    return `sha256:${this.#hash.copy().digest('hex')}`
  }

  /** The path of the file, if it contains everything. */
  get path(): string | undefined {
    return this.#handle === undefined ? undefined : this.#place?.path
  }

  /** Rejects with a `SpoolError` if there is no room. */
  async write(bytes: Uint8Array): Promise<void> {
    if (!(await this.#wrote(bytes))) {
      this.#hold(bytes.length)
      this.#pieces.push(bytes)
    }
    this.#hash.update(bytes)
    this.#size += bytes.length
  }

  /** Discards the data. */
  async reset(): Promise<void> {
    await this.#handle?.truncate(0)
    this.#forget()
    this.#size = 0
    this.#hash = createHash('sha256')
  }

  /** The data in pieces of at most a megabyte. */
  async *read(): AsyncGenerator<Uint8Array, void> {
    const handle = this.#handle
    if (handle === undefined) {
      yield* this.#pieces
      return
    }
    for (let at = 0; at < this.#size;) {
      const piece = await readPiece(handle, at, Math.min(SLICE, this.#size - at))
      yield piece
      at += piece.length
    }
  }

  /** Moves the data into memory and returns its pieces, which then belong to the caller. */
  async take(): Promise<readonly Uint8Array[]> {
    if (this.#isOnDisk) await this.#moveToMemory()
    return this.#pieces
  }

  /** Syncs the data to disk, so that it survives a power failure. */
  async sync(): Promise<void> {
    await this.#handle?.sync()
  }

  /** Closes the file, and deletes it if it still exists. */
  async close(): Promise<void> {
    if (this.#isDone) return
    this.#isDone = true
    this.#forget()
    await this.#closeFile()
  }

  async #closeFile(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close()
    if (this.#place !== undefined) await rm(this.#place.path, { force: true })
  }

  /** Returns false if the disk has failed, now or before. */
  async #wrote(bytes: Uint8Array): Promise<boolean> {
    if (!this.#isOnDisk || this.#place === undefined) return false
    try {
      this.#handle ??= await (this.#place.open ?? openNew)(this.#place.path)
      await writeAll(this.#handle, bytes, this.#size)
      return true
    } catch (error) {
      this.#place.report(error)
      await this.#moveToMemory()
      return false
    }
  }

  async #moveToMemory(): Promise<void> {
    const pieces: Uint8Array[] = []
    for await (const piece of this.read()) {
      this.#hold(piece.length)
      pieces.push(piece)
    }
    this.#pieces = pieces
    this.#isOnDisk = false
    await this.#closeFile()
  }

  #hold(bytes: number): void {
    if (!this.#budget.take(bytes))
      throw new SpoolError('binaries being fetched use up the memory available for them')
    this.#held += bytes
  }

  #forget(): void {
    this.#budget.give(this.#held)
    this.#held = 0
    this.#pieces = []
  }
}

const writeAll = async (handle: SpoolFile, bytes: Uint8Array, position: number): Promise<void> => {
  for (let at = 0; at < bytes.length;)
    at += (await handle.write(bytes, at, bytes.length - at, position + at)).bytesWritten
}

const readPiece = async (handle: SpoolFile, position: number, length: number): Promise<Uint8Array> => {
  const { bytesRead, buffer } = await handle.read(new Uint8Array(length), 0, length, position)
  if (bytesRead === 0) throw new SpoolError('a temporary file is shorter than what was written to it')
  return buffer.subarray(0, bytesRead)
}
