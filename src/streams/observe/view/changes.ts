import type { Delta, Facts, Link, Row, Snapshot, Totals } from '../../../model/view.js'
import { toRow } from './entry.js'
import type { Groups } from './groups.js'
import type { Latencies } from './latency.js'
import type { Points } from './points.js'

export type ChangesDeps = {
  readonly facts: Facts
  readonly groups: Groups
  readonly points: Points
  readonly latencies: Latencies
  /** How long points are kept, in milliseconds. */
  readonly windowMs: number
  readonly link: () => Link
  readonly totals: () => Totals
  /** Milliseconds on a monotonic clock, with fractions. */
  readonly now: () => number
  /** Milliseconds since 1970. */
  readonly time: () => number
}

/** What viewers get, and what of it they already have. */
export class Changes {
  readonly #deps: ChangesDeps
  /** Keys of rows that viewers may have. */
  #shownKeys = new Set<number>()
  #lastPointAt = 0
  #latencyVersion = 0
  #lastState = ''

  constructor(deps: ChangesDeps) {
    this.#deps = deps
  }

  snapshot(): Snapshot {
    const { facts, groups, points, latencies, windowMs } = this.#deps
    const shown = groups.shown()
    for (const { key } of shown) this.#shownKeys.add(key)
    return {
      type: 'snapshot',
      ...this.#head(),
      facts,
      rows: shown.map(toRow),
      points: points.since(0),
      latency: latencies.read(),
      windowMs,
    }
  }

  /** Changes since the last call; undefined if there are none. */
  delta(): Delta | undefined {
    const { rows, gone } = this.#rows()
    const points = this.#deps.points.since(this.#lastPointAt)
    this.#lastPointAt = points.at(-1)?.at ?? this.#lastPointAt
    const hasLatency = this.#deps.latencies.version() !== this.#latencyVersion
    this.#latencyVersion = this.#deps.latencies.version()
    const head = this.#head()
    const state = JSON.stringify([head.link, head.totals])
    const isSame =
      rows.length === 0 &&
      gone.length === 0 &&
      points.length === 0 &&
      !hasLatency &&
      state === this.#lastState
    this.#lastState = state
    if (isSame) return undefined
    const latency = hasLatency ? this.#deps.latencies.read() : undefined
    return { type: 'delta', ...head, rows, gone, points, latency }
  }

  #head(): Pick<Snapshot, 'now' | 'time' | 'link' | 'totals'> {
    const { now, time, link, totals } = this.#deps
    return { now: now(), time: time(), link: link(), totals: totals() }
  }

  #rows(): Pick<Delta, 'rows' | 'gone'> {
    const rows: Row[] = []
    const keys = new Set<number>()
    for (const entry of this.#deps.groups.shown()) {
      keys.add(entry.key)
      if (entry.isStale || !this.#shownKeys.has(entry.key)) rows.push(toRow(entry))
      entry.isStale = false
    }
    const gone = [...this.#shownKeys].filter((key) => !keys.has(key))
    this.#shownKeys = keys
    return { rows, gone }
  }
}
