import type { ObjectMetadata } from '../../hal/calls.js'
import { toDaemonHandle, unexpected, type DaemonCalls } from './daemon-calls.js'
import { failure } from '../../hal/failure.js'
import { KEYS_PER_PAGE, MAX_CONTAINER_NAME_BYTES, MAX_KEY_BYTES, MAX_OBJECT_BYTES } from '../../hal/limits.js'
import { objectHandle } from './object-handle.js'

/** The open containers of one instance. */
export class Storage {
  readonly #daemon: DaemonCalls
  readonly #names = new Map<number, string>()

  constructor(daemon: DaemonCalls) {
    this.#daemon = daemon
  }

  /** Opens the container, and creates it first if necessary. */
  open(container: string): bigint {
    if (container === '' || Buffer.byteLength(container) > MAX_CONTAINER_NAME_BYTES)
      throw failure('parameter', `a container's name has 1 to ${MAX_CONTAINER_NAME_BYTES} bytes`)
    const handle = this.#daemon.number({ name: 'open-container', container })
    this.#names.set(handle, container)
    return BigInt(handle)
  }

  deleteContainer(handle: bigint): void {
    this.#daemon.call({ name: 'delete-container', handle: toDaemonHandle(handle) })
    this.#names.delete(toDaemonHandle(handle))
  }

  /** A number that is always the same for the same container and key. */
  store(handle: bigint, key: string, data: Uint8Array): bigint {
    if (data.length > MAX_OBJECT_BYTES)
      throw failure('storage', `an object holds at most ${MAX_OBJECT_BYTES} bytes`)
    this.#daemon.call({ name: 'store-object', ...named(handle, key) }, data)
    return objectHandle(this.#names.get(toDaemonHandle(handle)) ?? '', key)
  }

  retrieve(handle: bigint, key: string): Uint8Array {
    return this.#daemon.call({ name: 'retrieve-object', ...named(handle, key) }).bytes
  }

  delete(handle: bigint, key: string): void {
    this.#daemon.call({ name: 'delete-object', ...named(handle, key) })
  }

  /** Sorted by code units. */
  list(handle: bigint): readonly string[] {
    const keys: string[] = []
    for (;;) {
      const page = this.#daemon.texts({
        name: 'list-objects',
        handle: toDaemonHandle(handle),
        after: keys.at(-1) ?? null,
      })
      for (const key of page) keys.push(key)
      if (page.length < KEYS_PER_PAGE) return keys
    }
  }

  metadata(handle: bigint, key: string): ObjectMetadata {
    const call = { name: 'get-metadata', ...named(handle, key) } as const
    const { value } = this.#daemon.call(call)
    return typeof value === 'object' && 'createdAt' in value ? value : unexpected(call)
  }
}

function named(handle: bigint, key: string): { readonly handle: number; readonly key: string } {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES)
    throw failure('parameter', `a key has at most ${MAX_KEY_BYTES} bytes`)
  return { handle: toDaemonHandle(handle), key }
}
