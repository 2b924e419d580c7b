/**
 * What the page is told, as JSON. Times are milliseconds on the monotonic clock of the daemon, unless said otherwise;
 * `now` of a message is the time on it at which the message was made.
 */

/** What does not change while the daemon runs. */
export type Facts = {
  readonly propletId: string
  readonly namespace: string
  /** The broker, without credentials. */
  readonly broker: string
  readonly runtime: string
  readonly version: string
  readonly node: string
  readonly cores: number
  /** Tasks that run at the same time, and that wait beyond them. */
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
  /** Why it is down; empty: it was not up yet. */
  readonly reason: string
  readonly since: number
}

export type LivePhase = 'fetching' | 'waiting' | 'starting' | 'running' | 'serving' | 'ready'
export type EndPhase = 'completed' | 'failed' | 'stopped' | 'replaced'
export type TaskPhase = LivePhase | EndPhase

/** How long a task was in its phases, in milliseconds; absent: it never was, or still is. */
export type Spans = {
  readonly fetch?: number | undefined
  readonly queue?: number | undefined
  readonly start?: number | undefined
  readonly run?: number | undefined
  /** From the end to the acknowledgement of the result, the hold included. */
  readonly publish?: number | undefined
}

/** One task, or one invocation of a latent one. Texts of others are cut to what the page shows of them. */
export type Row = {
  /** Grows with each row; the page names tasks by it. */
  readonly key: number
  readonly id: string
  readonly kind: 'task' | 'daemon' | 'latent' | 'invocation'
  /** Of an invocation. */
  readonly invocation?: string | undefined
  /** The export; empty: the command was refused before it was read. */
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
  /** Why it failed, in one word. */
  readonly code?: string | undefined
}

/** Where the host and the proplet were at one time. What the host does not tell is absent. */
export type Point = {
  readonly at: number
  /** Percent of one core: of the daemon, and of its tasks together. */
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

/** Of the last tasks that were in the phase; milliseconds. */
export type Latency = {
  readonly phase: LatencyPhase
  /** Since the daemon began. */
  readonly count: number
  readonly p50: number
  readonly p95: number
  readonly max: number
}

export type Totals = {
  /** Under way now: those in a place or a child of their own, and those that fetch or wait. */
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

/** All there is to see; replaces what was there before. */
export type Snapshot = Message & {
  readonly type: 'snapshot'
  readonly facts: Facts
  /** Those under way, oldest first, and those that ended, in the order in which they did; as many as are shown. */
  readonly rows: readonly Row[]
  readonly points: readonly Point[]
  readonly latency: readonly Latency[]
  /** How long a point is kept. */
  readonly windowMs: number
}

/** What changed since the message before. */
export type Delta = Message & {
  readonly type: 'delta'
  /** In the place of those with the same key. */
  readonly rows: readonly Row[]
  /** Keys of rows that are not shown any more, if they were. */
  readonly gone: readonly number[]
  readonly points: readonly Point[]
  /** Absent: as it was. */
  readonly latency?: readonly Latency[] | undefined
}

export type Update = Snapshot | Delta

/** What is known of one task beside its row. */
export type Detail = {
  readonly row: Row
  /** The image; absent: the binary came with the command. */
  readonly image?: string | undefined
  readonly digest?: string | undefined
  /** Bytes of the binary. */
  readonly size?: number | undefined
  readonly address?: string | undefined
  /** The latest. */
  readonly warnings: readonly string[]
  /** The result or the error, longer than in the row. */
  readonly result?: string | undefined
  /** Characters of it that are left out. */
  readonly resultCut: number
  /** Bytes that the guest has written. */
  readonly outputBytes: number
}

export type OutputStream = 'stdout' | 'stderr'

/** What is new of one task. */
export type DetailMessage = {
  /** Absent: as it was. */
  readonly detail?: Detail | undefined
  /** Bytes of output that are left out before these pieces. */
  readonly skipped: number
  /** What the guest wrote, as base64. */
  readonly pieces: readonly { readonly stream: OutputStream; readonly data: string }[]
  /** It ended, and all has been told. */
  readonly isLast: boolean
}

/** Output as the guest wrote it. */
export type Piece = { readonly stream: OutputStream; readonly data: Uint8Array }

/** What is new of one task, before it is written as a `DetailMessage`. */
export type DetailUpdate = {
  /** Absent: as it was. */
  readonly detail: Detail | undefined
  /** Bytes of output that were lost before these pieces, as they came faster than they were told. */
  readonly skipped: number
  readonly pieces: readonly Piece[]
  /** It ended, and all has been told. */
  readonly isLast: boolean
}
