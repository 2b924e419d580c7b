import type { Connection } from '../../model/connection.js'
import type { Fetched } from '../client/fetched.js'

/** Times are on the clock of the model, in milliseconds. */
export type PropletRow = {
  readonly id: string
  /** `silent`: no heartbeat for a while; `offline`: reported by the proplet itself or by the broker. */
  readonly state: 'alive' | 'silent' | 'offline'
  readonly beats: number
  /** Undefined if no heartbeat has arrived yet. */
  readonly beatAt: number | undefined
  readonly cpuPercent: number | undefined
  readonly memoryBytes: number | undefined
  readonly software: string
}

export type TaskPhase = 'sent' | 'deployed' | 'running' | 'stopping' | 'completed' | 'failed' | 'stopped'

export type TaskRow = {
  readonly id: string
  /** Empty for any proplet. */
  readonly propletId: string
  /** Empty if its start was not seen. */
  readonly name: string
  readonly phase: TaskPhase
  readonly since: number
  readonly endedAt: number | undefined
  readonly cpuPercent: number | undefined
  readonly memoryBytes: number | undefined
  /** The number of answered invocations. */
  readonly calls: number
  /** The result or the error, cut if long. */
  readonly text: string
}

export type FetchRow = { readonly image: string; readonly fetched: Fetched; readonly at: number }

export type WatchView = {
  readonly at: number
  readonly connection: Connection | undefined
  readonly proplets: readonly PropletRow[]
  /** Active tasks before ended ones, the newest first. */
  readonly tasks: readonly TaskRow[]
  readonly fetches: readonly FetchRow[]
  /** Number of evicted rows. */
  readonly dropped: number
}
