import type { Entry } from './entry.js'
import type { TaskPhase } from '../../../model/view.js'

type Group = 'active' | 'ready' | 'waiting' | 'ended'

const GROUPS: Readonly<Record<TaskPhase, Group>> = {
  fetching: 'waiting',
  waiting: 'waiting',
  starting: 'active',
  running: 'active',
  serving: 'active',
  ready: 'ready',
  completed: 'ended',
  failed: 'ended',
  stopped: 'ended',
  replaced: 'ended',
}

/** Rows of each group that are shown. */
const SHOWN: Readonly<Record<Exclude<Group, 'ended'>, number>> = { active: 200, ready: 100, waiting: 100 }

export type GroupsDeps = {
  /** Beyond this, the one that ended first is dropped. */
  readonly maxEnded: number
  readonly onForgotten: (entry: Entry) => void
}

export type Groups = {
  readonly add: (entry: Entry) => void
  /** Enters a phase; `at` in milliseconds on the clock of the steps. */
  readonly move: (entry: Entry, phase: TaskPhase, at: number) => void
  readonly find: (key: number) => Entry | undefined
  readonly isLive: (entry: Entry) => boolean
  readonly sizes: () => Readonly<Record<Group, number>>
  /** Tasks with a guest, oldest first, as many as are shown. */
  readonly active: () => readonly Entry[]
  /** The oldest ones under way, and all that ended, in order of their end. */
  readonly shown: () => readonly Entry[]
}

function* first<T>(count: number, values: Iterable<T>): Generator<T, void> {
  let left = count
  for (const value of values) {
    if (left === 0) return
    left -= 1
    yield value
  }
}

/** Entries grouped by their stage. */
export const createGroups = ({ maxEnded, onForgotten }: GroupsDeps): Groups => {
  const entries: Readonly<Record<Group, Map<number, Entry>>> = {
    active: new Map(),
    ready: new Map(),
    waiting: new Map(),
    ended: new Map(),
  }
  const put = (entry: Entry) => {
    const group = entries[GROUPS[entry.phase]]
    group.set(entry.key, entry)
    if (group !== entries.ended || group.size <= maxEnded) return
    const [oldest] = group.values()
    if (oldest === undefined) return
    group.delete(oldest.key)
    onForgotten(oldest)
  }
  return {
    add: put,
    move: (entry, phase, at) => {
      const before = GROUPS[entry.phase]
      entry.phase = phase
      entry.since = at
      if (before === GROUPS[phase]) return
      entries[before].delete(entry.key)
      put(entry)
    },
    find: (key) =>
      entries.active.get(key) ?? entries.ready.get(key) ?? entries.waiting.get(key) ?? entries.ended.get(key),
    isLive: (entry) => GROUPS[entry.phase] !== 'ended',
    sizes: () => ({
      active: entries.active.size,
      ready: entries.ready.size,
      waiting: entries.waiting.size,
      ended: entries.ended.size,
    }),
    active: () => [...first(SHOWN.active, entries.active.values())],
    shown: () => [
      ...first(SHOWN.active, entries.active.values()),
      ...first(SHOWN.ready, entries.ready.values()),
      ...first(SHOWN.waiting, entries.waiting.values()),
      ...entries.ended.values(),
    ],
  }
}
