import type { Binary } from './binary.js'
import type { Invocation, InvokeCommand, Received, StartCommand } from './command.js'
import type { Outcome } from './outcome.js'
import type { Round, Update } from './round.js'

/**
 * What happens to tasks, in order for each task. Everything that the proplet reports about a task derives from these events.
 *
 * @example
 * ```ts
 * const failures$ = task$.pipe(filter((event: TaskEvent) => event.type === 'ended' && event.outcome.kind === 'failed'))
 * ```
 */
export type TaskEvent =
  | ({ readonly id: string } & (
      | { readonly type: 'accepted'; readonly start: Received<StartCommand> }
      | ({ readonly type: 'duplicate' } & OfCommand)
      | { readonly type: 'unknown-stop' }
      /** A latent task ends without a word: it was started again, and `accepted` follows. */
      | ({ readonly type: 'replaced' } & OfCommand)
      | TaskProgress
      | Provided
      | RunProgress
      | Reported
      /** A latent task can be invoked from now on. */
      | { readonly type: 'precompiled' }
      /** A daemon was started, or a server listens: its result is due now. */
      | ({ readonly type: 'announced'; readonly results: string; readonly receivedAt: number } & OfCommand)
      | TaskEnded
      /** What happens to one invocation of the latent task `id`, in order for each; it may outlive the task. */
      | { readonly type: 'invocation'; readonly invocation: Invocation; readonly event: InvocationEvent }
    ))
  /** A message that names no task was refused. */
  | { readonly type: 'rejected'; readonly subtopic: string; readonly reason: string }

/**
 * What happens while a binary is acquired.
 *
 * @example
 * ```ts
 * const fetching: TaskProgress = { type: 'fetching', image: 'registry.example/sum:1', attempt: 1 }
 * ```
 */
export type TaskProgress =
  | { readonly type: 'fetching'; readonly image: string; readonly attempt: number }
  | { readonly type: 'chunk'; readonly received: number; readonly total: number }
  /** Bytes that the proplet has downloaded by itself; `total` is what the peer has announced. */
  | { readonly type: 'downloading'; readonly received: number; readonly total: number | undefined }
  | Warning
  | {
      readonly type: 'fetched'
      readonly binary: Binary
      readonly from: 'command' | 'registry' | 'url' | 'cache'
    }

export type Warning = { readonly type: 'warning'; readonly message: string }

/** A variable of the task was fetched for it. */
export type Provided = {
  readonly type: 'provided'
  readonly variable: string
  /** The URL, without credentials. */
  readonly from: string
  /** Characters. */
  readonly length: number
}

/** The update of a round went out: to the coordinator at a URL (without credentials), or, being this text, to the channel. */
export type Reported = {
  readonly type: 'reported'
  readonly round: string
  readonly to: { readonly url: string } | { readonly channel: string }
}

/** What happens while a guest runs. */
export type RunProgress =
  | { readonly type: 'running' }
  | { readonly type: 'started'; readonly compileMs: number }
  /** It answers HTTP requests there. */
  | { readonly type: 'serving'; readonly address: string; readonly port: number }
  | { readonly type: 'output'; readonly stream: 'stdout' | 'stderr'; readonly data: Uint8Array }

/** The number that the command has in the journal, if it is there. */
export type OfCommand = { readonly sequence?: number | undefined }

export type TaskEnded = OfCommand & {
  readonly type: 'ended'
  readonly outcome: Outcome
  /** When the command was received: what the result is held against. */
  readonly receivedAt: number
  /**
   * Whether a clean end is told to nobody: it is a daemon that was started or a server that listens, whose result has
   * been published, or a latent task that was precompiled, which has none.
   */
  readonly announced: boolean
  /** Absent: the task is of no round. Without an update: it has none. */
  readonly round?: Round & { readonly update?: Update }
}

/**
 * What happens to one invocation of a latent task, in order.
 *
 * @example
 * ```ts
 * const isOver = (event: InvocationEvent) => event.type === 'ended' || event.type === 'duplicate'
 * ```
 */
export type InvocationEvent =
  | { readonly type: 'accepted'; readonly invoke: Received<InvokeCommand> }
  | ({ readonly type: 'duplicate' } & OfCommand)
  | Warning
  | Provided
  | Reported
  | Exclude<RunProgress, { readonly type: 'serving' }>
  | TaskEnded
