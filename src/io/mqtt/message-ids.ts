import type { IClientOptions } from 'mqtt'

type IdProvider = NonNullable<IClientOptions['messageIdProvider']>

const MAX_ID = 0xffff

/** The packet ID that follows `id` after this many, or precedes it if negative; at most all of them. */
export const idAfter = (id: number, by: number): number => ((id - 1 + by + MAX_ID) % MAX_ID) + 1

/**
 * Packet IDs. All are used before any is used again, across the connections of the session, because a broker that kept the
 * session takes a PUBLISH with a known ID for a repetition; starts at a random ID, because the broker may know IDs of an earlier
 * process.
 */
export class MessageIds implements IdProvider {
  readonly #isTaken: (id: number) => boolean
  readonly #ofConnection = new Set<number>()
  #last: number

  /**
   * @param isTaken whether an ID is in use outside of this connection
   * @param random uniform in [0, 1)
   */
  constructor(random: () => number, isTaken: (id: number) => boolean) {
    this.#isTaken = isTaken
    this.#last = 1 + Math.floor(random() * MAX_ID)
  }

  /** The ID to allocate next. */
  get next(): number | null {
    let id = this.#last
    for (let tries = 0; tries < MAX_ID; tries++) {
      id = idAfter(id, 1)
      if (!this.#ofConnection.has(id) && !this.#isTaken(id)) return id
    }
    return null
  }

  /** All IDs except those that are allocated next, this many. */
  behind(ahead: number): readonly number[] {
    return Array.from({ length: MAX_ID - ahead }, (_, i) => idAfter(this.#last, ahead + i + 1))
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
