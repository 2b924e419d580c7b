import type { ChannelMessage } from '../client/channel-message.js'
import { createCapped, type Capped } from './capped.js'
import { cut } from './cut.js'
import type { TaskRow } from './rows.js'

type Start = Extract<ChannelMessage, { type: 'start' }>
/** The task and proplet of a message. */
type Subject = { readonly taskId: string; readonly propletId: string }

const hasEnded = ({ endedAt }: TaskRow): boolean => endedAt !== undefined

const keyOf = (id: string, propletId: string): string => JSON.stringify([id, propletId])

const newTask = (id: string, at: number): Omit<TaskRow, 'propletId'> => ({
  id,
  name: '',
  phase: 'running',
  since: at,
  endedAt: undefined,
  cpuPercent: undefined,
  memoryBytes: undefined,
  calls: 0,
  text: '',
})

/** The tasks of a channel, with one row per proplet that runs the task; ended ones are evicted first. */
export class WatchedTasks {
  readonly #rows: Capped<TaskRow>

  constructor(cap: number) {
    this.#rows = createCapped<TaskRow>(cap, hasEnded)
  }

  /** The row of a task sent to all proplets goes to the first proplet that reports it; others get their own rows. */
  change(
    { taskId, propletId: byProplet }: Subject,
    at: number,
    change: (before: TaskRow) => Partial<TaskRow>,
  ): void {
    const [id, propletId] = [cut(taskId), cut(byProplet)]
    const open = this.#rows.get(keyOf(id, ''))
    const own = this.#rows.get(keyOf(id, propletId))
    if (own === undefined && open !== undefined) this.#rows.delete(keyOf(id, ''))
    const before: TaskRow = own ?? { ...(open ?? newTask(id, at)), propletId }
    this.#rows.set(keyOf(id, propletId), { ...before, ...change(before) })
  }

  /** A task that is started again counts as new. */
  start({ taskId, propletId, name, latent }: Start, at: number): void {
    const [id, target] = [cut(taskId), cut(propletId)]
    for (const row of this.#rows.values()) {
      if (row.id === id && (target === '' || row.propletId === target))
        this.#rows.delete(keyOf(id, row.propletId))
    }
    this.change({ taskId: id, propletId: target }, at, () => ({
      name: cut(name),
      phase: latent ? 'deployed' : 'sent',
      since: at,
    }))
  }

  stop(taskId: string): void {
    const id = cut(taskId)
    for (const row of this.#rows.values()) {
      if (row.id === id && !hasEnded(row))
        this.#rows.set(keyOf(id, row.propletId), { ...row, phase: 'stopping' })
    }
  }

  /** Active tasks before ended ones, the newest first. */
  view(): readonly TaskRow[] {
    const rows = [...this.#rows.values()].reverse()
    return [...rows.filter((row) => !hasEnded(row)), ...rows.filter(hasEnded)]
  }

  dropped(): number {
    return this.#rows.dropped()
  }
}
