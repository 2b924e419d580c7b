import type { Connection } from '../../model/connection.js'
import type { Fetched } from '../client/fetched.js'

/** Times are those of the clock that the model is given, in milliseconds. */
export type PropletRow = {
  readonly id: string
  /** `silent`: no heartbeat for a while; `offline`: it said so, or the broker did. */
  readonly state: 'alive' | 'silent' | 'offline'
  readonly beats: number
  /** Undefined: no heartbeat was heard yet. */
  readonly beatAt: number | undefined
  readonly cpuPercent: number | undefined
  readonly memoryBytes: number | undefined
  readonly software: string
}

export type TaskPhase = 'sent' | 'deployed' | 'running' | 'stopping' | 'completed' | 'failed' | 'stopped'

export type TaskRow = {
  readonly id: string
  /** Empty: whichever takes it. */
  readonly propletId: string
  /** Empty: its start was not heard. */
  readonly name: string
  readonly phase: TaskPhase
  readonly since: number
  readonly endedAt: number | undefined
  readonly cpuPercent: number | undefined
  readonly memoryBytes: number | undefined
  /** Invocations that were answered. */
  readonly calls: number
  /** The result or the error, cut. */
  readonly text: string
}

export type FetchRow = { readonly image: string; readonly fetched: Fetched; readonly at: number }

export type WatchView = {
  readonly at: number
  readonly connection: Connection | undefined
  readonly proplets: readonly PropletRow[]
  /** The newest first; those that go on before those that have ended. */
  readonly tasks: readonly TaskRow[]
  readonly fetches: readonly FetchRow[]
  /** Number of evicted rows. */
  readonly dropped: number
}
