/**
 * The JSON that the page gets. Times are milliseconds on the daemon's monotonic clock unless stated otherwise;
 * `now` is when the message was made.
 */

/** Constant while the daemon runs. */
export type Facts = {
  readonly propletId: string
  readonly namespace: string
  /** The broker, without credentials. */
  readonly broker: string
  readonly runtime: string
  readonly version: string
  readonly node: string
  readonly cores: number
  /** How many tasks may run, and how many may wait. */
  readonly maxTasks: number
  readonly queueMax: number
  /** When the daemon began. */
  readonly startedAt: number
  /** Whether tasks can be stopped from the page. */
  readonly actions: boolean
  /** Changes when the files of the page do. */
  readonly assets: string
}

export type Link = {
  readonly state: 'up' | 'down'
  /** Why it is down; empty before it was first up. */
  readonly reason: string
  readonly since: number
}

export type LivePhase = 'fetching' | 'waiting' | 'starting' | 'running' | 'serving' | 'ready'
export type EndPhase = 'completed' | 'failed' | 'stopped' | 'replaced'
export type TaskPhase = LivePhase | EndPhase

/** Time spent in each phase, in milliseconds; absent for phases not entered or not left. */
export type Spans = {
  readonly fetch?: number | undefined
  readonly queue?: number | undefined
  readonly start?: number | undefined
  readonly run?: number | undefined
  /** From the end to the acknowledgement of the result, the hold included. */
  readonly publish?: number | undefined
}

/** One task or invocation. Untrusted texts are cut to the length that the page shows. */
export type Row = {
  /** Increases with each row; identifies the task on the page. */
  readonly key: number
  readonly id: string
  readonly kind: 'task' | 'daemon' | 'latent' | 'invocation'
  /** Of an invocation. */
  readonly invocation?: string | undefined
  /** The export; empty if the command was refused undecoded. */
  readonly name: string
  readonly phase: TaskPhase
  /** When the command came. */
  readonly at: number
  /** When the phase began. */
  readonly since: number
  readonly spans: Spans
  /** Chunks of the binary. */
  readonly progress?: { readonly received: number; readonly total: number } | undefined
  /** Percent of one core, and bytes, at the last sample. */
  readonly cpu?: number | undefined
  readonly memory?: number | undefined
  /** The beginning of the result, or of the error. */
  readonly result?: string | undefined
  /** Failure code. */
  readonly code?: string | undefined
}

/** One sample of the host and the proplet; absent where the host does not report it. */
export type Point = {
  readonly at: number
  /** Percent of one core, for the daemon and for all tasks together. */
  readonly cpu: number
  readonly tasksCpu?: number | undefined
  /** Percent of all cores. */
  readonly hostCpu: number
  /** Bytes, resident. */
  readonly memory: number
  readonly tasksMemory?: number | undefined
  readonly hostMemory: number
  readonly hostMemoryTotal: number
  readonly running: number
  readonly waiting: number
}

export type LatencyPhase = keyof Spans | 'total'

/** Over the most recent tasks that went through the phase; milliseconds. */
export type Latency = {
  readonly phase: LatencyPhase
  /** Since the daemon began. */
  readonly count: number
  readonly p50: number
  readonly p95: number
  readonly max: number
}

export type Totals = {
  /** Under way now: running in a slot or a child of their own, and fetching or waiting. */
  readonly running: number
  readonly waiting: number
  /** Since the daemon began. */
  readonly completed: number
  readonly failed: number
  readonly stopped: number
}

type Message = {
  readonly now: number
  /** The same time as milliseconds since 1970, on the clock of the host. */
  readonly time: number
  readonly link: Link
  readonly totals: Totals
}

/** The complete state; replaces everything before. */
export type Snapshot = Message & {
  readonly type: 'snapshot'
  readonly facts: Facts
  /** Tasks under way, oldest first, then ended ones in order of their end; as many as are shown. */
  readonly rows: readonly Row[]
  readonly points: readonly Point[]
  readonly latency: readonly Latency[]
  /** How long points are kept. */
  readonly windowMs: number
}

/** Changes since the previous message. */
export type Delta = Message & {
  readonly type: 'delta'
  /** Replace rows with the same key. */
  readonly rows: readonly Row[]
  /** Keys of rows that are no longer shown. */
  readonly gone: readonly number[]
  readonly points: readonly Point[]
  /** Absent if unchanged. */
  readonly latency?: readonly Latency[] | undefined
}

export type Update = Snapshot | Delta

/** Details of one task, in addition to its row. */
export type Detail = {
  readonly row: Row
  /** The image; absent if the binary came with the command. */
  readonly image?: string | undefined
  readonly digest?: string | undefined
  /** Bytes of the binary. */
  readonly size?: number | undefined
  readonly address?: string | undefined
  /** The latest. */
  readonly warnings: readonly string[]
  /** The result or error, cut later than in the row. */
  readonly result?: string | undefined
  /** Number of characters cut. */
  readonly resultCut: number
  /** Bytes that the guest has written. */
  readonly outputBytes: number
}

export type OutputStream = 'stdout' | 'stderr'

/** News of one task. */
export type DetailMessage = {
  /** Absent if unchanged. */
  readonly detail?: Detail | undefined
  /** Bytes of output skipped before these pieces. */
  readonly skipped: number
  /** What the guest wrote, as base64. */
  readonly pieces: readonly { readonly stream: OutputStream; readonly data: string }[]
  /** The task has ended and nothing more follows. */
  readonly isLast: boolean
}

/** Output as the guest wrote it. */
export type Piece = { readonly stream: OutputStream; readonly data: Uint8Array }

/** News of one task, before it is encoded as a `DetailMessage`. */
export type DetailUpdate = {
  /** Absent if unchanged. */
  readonly detail: Detail | undefined
  /** Bytes of output dropped before these pieces because the reader was too slow. */
  readonly skipped: number
  readonly pieces: readonly Piece[]
  /** The task has ended and nothing more follows. */
  readonly isLast: boolean
}
