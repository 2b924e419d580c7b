import type { IClientOptions } from 'mqtt'

type IdProvider = NonNullable<IClientOptions['messageIdProvider']>

const MAX_ID = 0xffff

/**
 * Packet ids. Goes round all of them before using one again, over all connections of the session, since a broker that
 * kept the session takes a PUBLISH under an id it knows for a repetition; begins anywhere, since it may know ids of
 * the process before this one.
 */
export class MessageIds implements IdProvider {
  readonly #isTaken: (id: number) => boolean
  readonly #ofConnection = new Set<number>()
  #last: number

  /** `isTaken`: ids in use beyond the connection. `random` is uniform in [0, 1). */
  constructor(random: () => number, isTaken: (id: number) => boolean) {
    this.#isTaken = isTaken
    this.#last = 1 + Math.floor(random() * MAX_ID)
  }

  /** The id that is allocated next. */
  get next(): number | null {
    let id = this.#last
    for (let tries = 0; tries < MAX_ID; tries++) {
      id = (id % MAX_ID) + 1
      if (!this.#ofConnection.has(id) && !this.#isTaken(id)) return id
    }
    return null
  }

  allocate(): number | null {
    const { next } = this
    if (next === null) return null
    this.#last = next
    this.#ofConnection.add(next)
    return next
  }

  getLastAllocated(): number {
    return this.#last
  }

  register(id: number): boolean {
    this.#ofConnection.add(id)
    return true
  }

  deallocate(id: number): void {
    this.#ofConnection.delete(id)
  }

  clear(): void {
    this.#ofConnection.clear()
  }
}
