import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ObjectMetadata } from '../calls.js'
import { failure, HalFailure } from '../failure.js'
import { KEYS_PER_PAGE } from '../limits.js'
import { codeOf } from '../../../model/code-of.js'
import { messageOf } from '../../../model/message-of.js'
import { Container, CONTAINER_COST, costOf } from './container.js'
import { loadContainers, NAME_FILE, UNFINISHED } from './load.js'
import { decodeObject, encodeObject } from './object-file.js'
import { fileNameOf } from './paths.js'

export type StorageOptions = {
  /** Absolute path; the storage of all tasks is below it. */
  readonly directory: string
  /** Limit per task, in bytes on disk. */
  readonly maxBytes: number
  /** Limit of objects per task; 50,000 by default. */
  readonly maxObjects?: number
  /** 32 bytes, or a function that fetches them at the first use; undefined: objects are not encrypted. */
  readonly secret: Uint8Array | (() => Promise<Uint8Array>) | undefined
}

/** Per task, because keys are kept in memory. */
const MAX_OBJECTS = 50_000

/** The containers of one task. Invariants: one change at a time; a file gets its name once it is complete. */
export class TaskStorage {
  readonly #options: StorageOptions
  readonly #directory: string
  readonly #containers = new Map<string, Container>()
  #isLoaded = false
  #secret: Uint8Array | undefined
  #last: Promise<unknown> = Promise.resolve()
  #usedBytes = 0
  #objects = 0
  #unfinished = 0

  constructor(options: StorageOptions, directory: string) {
    this.#options = options
    this.#directory = directory
  }

  /** Bytes left of the limit. */
  get leftBytes(): number {
    return Math.max(0, this.#options.maxBytes - this.#usedBytes)
  }

  open(name: string): Promise<Container> {
    return this.#inTurn(async () => {
      const known = this.#containers.get(name)
      if (known !== undefined) return known
      this.#take(CONTAINER_COST)
      const container = new Container(name, join(this.#directory, fileNameOf(name)))
      const path = this.#temporary(this.#directory)
      await mkdir(path, { mode: 0o700 })
      await writeFile(join(path, NAME_FILE), name, { mode: 0o600 })
      await rename(path, container.directory)
      this.#containers.set(name, container)
      this.#usedBytes += CONTAINER_COST
      return container
    })
  }

  deleteContainer(container: Container): Promise<void> {
    return this.#inTurn(async () => {
      check(container)
      const path = this.#temporary(this.#directory)
      await rename(container.directory, path)
      container.isDeleted = true
      this.#containers.delete(container.name)
      this.#usedBytes -= container.cost
      this.#objects -= container.size
      await rm(path, { recursive: true, force: true })
    })
  }

  store(container: Container, key: string, data: Uint8Array): Promise<void> {
    return this.#inTurn(async () => {
      check(container)
      const before = container.get(key)
      const { maxObjects = MAX_OBJECTS } = this.#options
      if (before === undefined && this.#objects >= maxObjects)
        throw failure('storage', `quota of ${maxObjects} objects reached`)
      const createdAt = before?.createdAt ?? Math.floor(Date.now() / 1000)
      const file = encodeObject({ container: container.name, key, createdAt, data }, this.#secret)
      const cost = costOf(file.length)
      this.#take(cost - (before?.cost ?? 0))
      await this.#writeWhole(container.directory, fileNameOf(key), file)
      container.set(key, { size: data.length, createdAt, cost })
      this.#usedBytes += cost - (before?.cost ?? 0)
      if (before === undefined) this.#objects += 1
    })
  }

  retrieve(container: Container, key: string): Promise<Uint8Array> {
    return this.#inTurn(async () => {
      find(container, key)
      const file = await readFile(join(container.directory, fileNameOf(key)))
      return decodeObject(file, container.name, key, this.#secret)
    })
  }

  delete(container: Container, key: string): Promise<void> {
    return this.#inTurn(async () => {
      const { cost } = find(container, key)
      await rm(join(container.directory, fileNameOf(key)), { force: true })
      container.delete(key)
      this.#usedBytes -= cost
      this.#objects -= 1
    })
  }

  list(container: Container, after: string | null): Promise<readonly string[]> {
    return this.#inTurn(() => {
      check(container)
      return container.keysAfter(after, KEYS_PER_PAGE)
    })
  }

  metadata(container: Container, key: string): Promise<ObjectMetadata> {
    return this.#inTurn(() => {
      const { size, createdAt } = find(container, key)
      return { size, createdAt }
    })
  }

  #inTurn<T>(job: () => T | Promise<T>): Promise<T> {
    const mine = this.#last.then(async () => {
      try {
        if (!this.#isLoaded) await this.#load()
        return await job()
      } catch (error) {
        throw toStorageFailure(error)
      }
    })
    this.#last = mine.catch(() => undefined)
    return mine
  }

  async #load(): Promise<void> {
    const { secret } = this.#options
    this.#secret = typeof secret === 'function' ? await secretFrom(secret) : secret
    for (const container of await loadContainers(this.#options.directory, this.#directory)) {
      this.#containers.set(container.name, container)
      this.#usedBytes += container.cost
      this.#objects += container.size
    }
    this.#isLoaded = true
  }

  #take(bytes: number): void {
    if (bytes > this.leftBytes) throw failure('storage', `quota of ${this.#options.maxBytes} bytes reached`)
  }

  #temporary(directory: string): string {
    this.#unfinished += 1
    return join(directory, `${UNFINISHED}${process.pid}-${this.#unfinished}`)
  }

  /** Atomic: a reader finds the old file or the new one, whenever the process or the machine dies. */
  async #writeWhole(directory: string, name: string, bytes: Uint8Array): Promise<void> {
    const path = this.#temporary(directory)
    try {
      const file = await open(path, 'wx', 0o600)
      try {
        await file.writeFile(bytes)
        await file.datasync()
      } finally {
        await file.close()
      }
      await rename(path, join(directory, name))
    } catch (error) {
      await rm(path, { force: true })
      throw error
    }
  }
}

function check(container: Container): void {
  if (container.isDeleted) throw failure('missing', 'Container not found')
}

function find(container: Container, key: string) {
  check(container)
  const entry = container.get(key)
  if (entry === undefined) throw failure('missing', `Object '${key}' not found`)
  return entry
}

const secretFrom = async (ask: () => Promise<Uint8Array>): Promise<Uint8Array> => {
  try {
    return await ask()
  } catch (error) {
    throw failure('storage', `the storage key is not available: ${messageOf(error)}`)
  }
}

/** System messages contain paths of the host; their codes do not. */
const toStorageFailure = (error: unknown): HalFailure => {
  if (error instanceof HalFailure) return error
  return failure('storage', codeOf(error) ?? 'failed')
}
