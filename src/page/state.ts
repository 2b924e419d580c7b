import type { EndPhase, Facts, Latency, Link, Point, Row, TaskPhase, Totals, Update } from '../model/view.js'

/** The state of the page. */
export type State = {
  readonly facts: Facts
  readonly link: Link
  readonly totals: Totals
  readonly rows: ReadonlyMap<number, Row>
  readonly points: readonly Point[]
  readonly latency: readonly Latency[]
  readonly windowMs: number
  /** The clocks of the daemon and its host at the last message. */
  readonly now: number
  readonly time: number
}

/** Applies an update; changes before the first snapshot are ignored. */
export const apply = (state: State | undefined, update: Update): State | undefined => {
  const { now, time, link, totals } = update
  if (update.type === 'snapshot') {
    const { facts, points, latency, windowMs } = update
    const rows = new Map(update.rows.map((row) => [row.key, row]))
    return { facts, link, totals, rows, points, latency, windowMs, now, time }
  }
  if (state === undefined) return undefined
  const rows = new Map(state.rows)
  for (const key of update.gone) rows.delete(key)
  for (const row of update.rows) rows.set(row.key, row)
  const last = state.points.at(-1)?.at ?? -Infinity
  const points = [...state.points, ...update.points.filter(({ at }) => at > last)].filter(
    ({ at }) => at >= now - state.windowMs,
  )
  return { ...state, link, totals, rows, points, latency: update.latency ?? state.latency, now, time }
}

const ENDS: readonly TaskPhase[] = ['completed', 'failed', 'stopped', 'replaced'] satisfies EndPhase[]

export const isEnded = ({ phase }: Pick<Row, 'phase'>): boolean => ENDS.includes(phase)

export type Filter = 'all' | 'live' | 'failed'

const RANKS: Readonly<Partial<Record<TaskPhase, number>>> = { waiting: 1, fetching: 1, ready: 2 }

const isWanted = (row: Row, filter: Filter, text: string): boolean => {
  if (filter === 'live' && isEnded(row)) return false
  if (filter === 'failed' && row.phase !== 'failed') return false
  return [row.id, row.name, row.invocation ?? ''].some((each) => each.toLowerCase().includes(text))
}

/** The rows to show: those under way, running first, then ended ones; latest first. */
export const select = (
  rows: Iterable<Row>,
  filter: Filter,
  search: string,
): { readonly live: readonly Row[]; readonly ended: readonly Row[] } => {
  const text = search.trim().toLowerCase()
  const wanted = [...rows].filter((row) => isWanted(row, filter, text))
  const rank = ({ phase }: Row) => RANKS[phase] ?? 0
  return {
    live: wanted.filter((row) => !isEnded(row)).sort((a, b) => rank(a) - rank(b) || b.key - a.key),
    ended: wanted.filter(isEnded).sort((a, b) => b.since - a.since || b.key - a.key),
  }
}
