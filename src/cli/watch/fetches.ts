import type { ChannelMessage } from '../client/channel-message.js'
import { createFetchCount, isWhole } from '../client/fetched.js'
import { createCapped, type Capped } from './capped.js'
import { cut } from './cut.js'
import type { FetchRow } from './rows.js'

type Chunk = Extract<ChannelMessage, { type: 'chunk' }>
type Fetch = FetchRow & { readonly count: ReturnType<typeof createFetchCount> }

/** How long a fetch is shown after its last chunk. */
const FETCH_SHOWN_MS = 10_000

/** The images being fetched on a channel; complete ones are evicted first. */
export class WatchedFetches {
  readonly #rows: Capped<Fetch>

  constructor(cap: number) {
    this.#rows = createCapped<Fetch>(cap, ({ fetched }) => isWhole(fetched))
  }

  ask(image: string, at: number): void {
    this.#change(image, at, (before) => before)
  }

  add(chunk: Chunk, at: number): void {
    this.#change(chunk.image, at, (before) => ({ ...before, fetched: before.count(chunk) }))
  }

  /** Removes those that have ended. */
  view(at: number): readonly FetchRow[] {
    for (const { image, at: last } of this.#rows.values()) {
      if (at - last > FETCH_SHOWN_MS) this.#rows.delete(image)
    }
    return this.#rows.values().map(({ image, fetched, at: last }) => ({ image, fetched, at: last }))
  }

  dropped(): number {
    return this.#rows.dropped()
  }

  #change(image: string, at: number, change: (before: Fetch) => Fetch): void {
    const key = cut(image)
    const before = this.#rows.get(key) ?? {
      image: key,
      fetched: { total: 0, chunks: 0, bytes: 0 },
      at,
      count: createFetchCount(),
    }
    this.#rows.set(key, { ...change(before), at })
  }
}
