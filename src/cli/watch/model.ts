import type { Connection } from '../../model/connection.js'
import { createFetchCount, isWhole } from '../client/fetched.js'
import type { Answer, ChannelMessage } from '../client/channel-message.js'
import { createCapped } from './capped.js'
import type { FetchRow, PropletRow, TaskPhase, TaskRow, WatchView } from './rows.js'

export type WatchCaps = { readonly proplets: number; readonly tasks: number; readonly fetches: number }

/** Three heartbeats of the default interval. */
const SILENT_MS = 30_000
/** How long a fetch is shown after its last chunk. */
const FETCH_SHOWN_MS = 10_000
/** Ids, names and results are untrusted, and may be long. */
const TEXT_LENGTH = 256

const cut = (text: string): string => text.slice(0, TEXT_LENGTH)

const textOf = ({ results, error }: Answer): string => {
  if (error !== undefined) return cut(error)
  return cut(typeof results === 'string' ? results : JSON.stringify(results ?? ''))
}

/** A stop is told as an error of these words (src/streams/result.ts). */
const endOf = (error: string | undefined): TaskPhase => {
  if (error === undefined) return 'completed'
  return error === 'task stopped' ? 'stopped' : 'failed'
}

type Fetch = FetchRow & { readonly count: ReturnType<typeof createFetchCount> }

const hasEnded = ({ endedAt }: TaskRow): boolean => endedAt !== undefined

/** What messages come to: rows of proplets, tasks and fetches, at most so many of each as `caps` says. */
export const createWatchModel = (caps: WatchCaps) => {
  const proplets = createCapped<PropletRow>(caps.proplets, ({ state }) => state === 'offline')
  const tasks = createCapped<TaskRow>(caps.tasks, hasEnded)
  const fetches = createCapped<Fetch>(caps.fetches, ({ fetched }) => isWhole(fetched))

  const proplet = (given: string, change: Partial<PropletRow>) => {
    const id = cut(given)
    const before: PropletRow = proplets.get(id) ?? {
      id,
      state: 'silent',
      beats: 0,
      beatAt: undefined,
      cpuPercent: undefined,
      memoryBytes: undefined,
      software: '',
    }
    proplets.set(id, { ...before, ...change })
  }
  const beats = (id: string): number => proplets.get(cut(id))?.beats ?? 0
  const keyOf = (id: string, propletId: string): string => JSON.stringify([id, propletId])

  /** A task that was sent to all belongs to the first who speaks of it; the next ones get rows of their own. */
  const task = (
    given: string,
    byProplet: string,
    at: number,
    change: (before: TaskRow) => Partial<TaskRow>,
  ) => {
    const [id, propletId] = [cut(given), cut(byProplet)]
    const open = tasks.get(keyOf(id, ''))
    const own = tasks.get(keyOf(id, propletId))
    if (own === undefined && open !== undefined) tasks.delete(keyOf(id, ''))
    const before: TaskRow = own ?? {
      ...(open ?? {
        id,
        name: '',
        phase: 'running',
        since: at,
        endedAt: undefined,
        cpuPercent: undefined,
        memoryBytes: undefined,
        calls: 0,
        text: '',
      }),
      propletId,
    }
    tasks.set(keyOf(id, propletId), { ...before, ...change(before) })
  }
  const stopTasks = (given: string) => {
    const id = cut(given)
    for (const row of tasks.values()) {
      if (row.id === id && !hasEnded(row)) tasks.set(keyOf(id, row.propletId), { ...row, phase: 'stopping' })
    }
  }
  const begin = (
    { taskId, propletId, name, latent }: Extract<ChannelMessage, { type: 'start' }>,
    at: number,
  ) => {
    const [id, target] = [cut(taskId), cut(propletId)]
    // a task that starts again is a new one
    for (const row of tasks.values()) {
      if (row.id === id && (target === '' || row.propletId === target)) tasks.delete(keyOf(id, row.propletId))
    }
    task(id, target, at, () => ({ name: cut(name), phase: latent ? 'deployed' : 'sent', since: at }))
  }
  const fetch = (image: string, at: number, take: (fetch: Fetch) => Fetch) => {
    const key = cut(image)
    const before = fetches.get(key) ?? {
      image: key,
      fetched: { total: 0, chunks: 0, bytes: 0 },
      at,
      count: createFetchCount(),
    }
    fetches.set(key, { ...take(before), at })
  }

  const hear = (heard: ChannelMessage, at: number): void => {
    switch (heard.type) {
      case 'created':
        proplet(heard.propletId, { software: cut(heard.software) })
        break
      case 'alive':
        if (heard.offline) proplet(heard.propletId, { state: 'offline' })
        else proplet(heard.propletId, { state: 'alive', beatAt: at, beats: beats(heard.propletId) + 1 })
        if (heard.software !== '') proplet(heard.propletId, { software: cut(heard.software) })
        break
      case 'metrics':
        proplet(heard.propletId, { cpuPercent: heard.cpuPercent, memoryBytes: heard.memoryBytes })
        break
      case 'task_metrics': {
        const { cpuPercent, memoryBytes } = heard
        if (heard.taskId === '') break
        task(heard.taskId, heard.propletId, at, ({ phase }) => ({
          phase: phase === 'sent' ? 'running' : phase,
          cpuPercent,
          memoryBytes,
        }))
        break
      }
      case 'result':
        task(heard.taskId, heard.propletId, at, () => ({
          phase: endOf(heard.error),
          endedAt: at,
          text: textOf(heard),
        }))
        break
      case 'invoke_result':
        task(heard.taskId, heard.propletId, at, ({ calls }) => ({
          phase: 'deployed',
          calls: calls + 1,
          text: textOf(heard),
        }))
        break
      case 'start':
        begin(heard, at)
        break
      case 'stop':
        stopTasks(heard.taskId)
        break
      case 'invoke':
        break
      case 'asked':
        fetch(heard.image, at, (before) => before)
        break
      case 'chunk':
        fetch(heard.image, at, (before) => ({ ...before, fetched: before.count(heard) }))
    }
  }

  const view = (at: number, connection: Connection | undefined): WatchView => {
    for (const { image, at: last } of fetches.values()) {
      if (at - last > FETCH_SHOWN_MS) fetches.delete(image)
    }
    const rows = [...tasks.values()].reverse()
    return {
      at,
      connection,
      proplets: proplets
        .values()
        .map((row) =>
          row.state === 'alive' && at - (row.beatAt ?? at) > SILENT_MS ? { ...row, state: 'silent' } : row,
        ),
      tasks: [...rows.filter((row) => !hasEnded(row)), ...rows.filter(hasEnded)],
      fetches: fetches.values().map(({ image, fetched, at: last }) => ({ image, fetched, at: last })),
      dropped: proplets.dropped() + tasks.dropped() + fetches.dropped(),
    }
  }
  return { hear, view }
}
