import { createHash, type Hash } from 'node:crypto'
import { open, rm, type FileHandle } from 'node:fs/promises'
import { SLICE } from '../slices.js'

/** Bytes that binaries may take in memory together, while they are received. */
export type Budget = {
  /** False: there is not that much left. */
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

/** What is received does not fit on the disk, nor into the memory that there is for it. */
export class SpoolError extends Error {
  override readonly name = 'SpoolError'
  readonly code = 'spool'
}

/** The file that a spool writes to, which is made with the first byte. */
export type SpoolPlace = {
  readonly path: string
  readonly report: (error: unknown) => void
  /** By default makes a file that is not there. */
  readonly open?: (path: string) => Promise<SpoolFile>
}

export type SpoolFile = Pick<FileHandle, 'write' | 'read' | 'truncate' | 'sync' | 'close'>

const openNew = (path: string): Promise<SpoolFile> => open(path, 'wx+', 0o600)

/**
 * What is being received, in a temporary file, and its SHA-256. Invariants: the hash is that of all bytes that were written
 * since the last reset; they are in the file or, when the disk has failed, in memory, and never in both. Writes come one
 * after the other.
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

  /** @param place undefined: all of it goes into memory */
  constructor(place: SpoolPlace | undefined, budget: Budget) {
    this.#place = place
    this.#isOnDisk = place !== undefined
    this.#budget = budget
  }

  /** Bytes. */
  get size(): number {
    return this.#size
  }

  /** `sha256:…` of what was written so far. */
  get digest(): string {
    return `sha256:${this.#hash.copy().digest('hex')}`
  }

  /** The path of the file, when everything is in it. */
  get path(): string | undefined {
    return this.#handle === undefined ? undefined : this.#place?.path
  }

  /** Rejects with a `SpoolError` when there is no room. */
  async write(bytes: Uint8Array): Promise<void> {
    if (!(await this.#wrote(bytes))) {
      this.#hold(bytes.length)
      this.#pieces.push(bytes)
    }
    this.#hash.update(bytes)
    this.#size += bytes.length
  }

  /** Forgets what was written. */
  async reset(): Promise<void> {
    await this.#handle?.truncate(0)
    this.#forget()
    this.#size = 0
    this.#hash = createHash('sha256')
  }

  /** What was written, in pieces of at most a megabyte. */
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

  /** Takes what was written into memory, as its pieces: it is the caller's from now on. */
  async take(): Promise<readonly Uint8Array[]> {
    if (this.#isOnDisk) await this.#moveToMemory()
    return this.#pieces
  }

  /** Makes sure that what was written survives a power cut. */
  async sync(): Promise<void> {
    await this.#handle?.sync()
  }

  /** Lets the file go, which is deleted if it is still there. */
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

  /** False: the disk has failed, now or before. */
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
