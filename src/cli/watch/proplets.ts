import type { ChannelMessage } from '../client/channel-message.js'
import { createCapped, type Capped } from './capped.js'
import { cut } from './cut.js'
import type { PropletRow } from './rows.js'

type Alive = Extract<ChannelMessage, { type: 'alive' }>

/** Three heartbeats of the default interval. */
const SILENT_MS = 30_000

/** The proplets of a channel; the offline ones are evicted first. */
export class WatchedProplets {
  readonly #rows: Capped<PropletRow>

  constructor(cap: number) {
    this.#rows = createCapped<PropletRow>(cap, ({ state }) => state === 'offline')
  }

  change(given: string, change: Partial<PropletRow>): void {
    const id = cut(given)
    const before: PropletRow = this.#rows.get(id) ?? {
      id,
      state: 'silent',
      beats: 0,
      beatAt: undefined,
      cpuPercent: undefined,
      memoryBytes: undefined,
      software: '',
    }
    this.#rows.set(id, { ...before, ...change })
  }

  beat({ propletId, offline, software }: Alive, at: number): void {
    if (offline) this.change(propletId, { state: 'offline' })
    else this.change(propletId, { state: 'alive', beatAt: at, beats: this.#beats(propletId) + 1 })
    if (software !== '') this.change(propletId, { software: cut(software) })
  }

  view(at: number): readonly PropletRow[] {
    return this.#rows
      .values()
      .map((row) =>
        row.state === 'alive' && at - (row.beatAt ?? at) > SILENT_MS ? { ...row, state: 'silent' } : row,
      )
  }

  dropped(): number {
    return this.#rows.dropped()
  }

  #beats(id: string): number {
    return this.#rows.get(cut(id))?.beats ?? 0
  }
}
