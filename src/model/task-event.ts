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
      /** A latent task was started again and ends silently; `accepted` follows. */
      | ({ readonly type: 'replaced' } & OfCommand)
      | TaskProgress
      | Provided
      | RunProgress
      | Reported
      /** A latent task can be invoked from now on. */
      | { readonly type: 'precompiled' }
      /** A daemon started or a server listens: its result is due now. */
      | ({ readonly type: 'announced'; readonly results: string; readonly receivedAt: number } & OfCommand)
      | TaskEnded
      /** An event of an invocation of the latent task `id`, which may outlive the task. */
      | { readonly type: 'invocation'; readonly invocation: Invocation; readonly event: InvocationEvent }
    ))
  /** A message that names no task was refused. */
  | { readonly type: 'rejected'; readonly subtopic: string; readonly reason: string }

/**
 * An event of the acquisition of a binary.
 *
 * @example
 * ```ts
 * const fetching: TaskProgress = { type: 'fetching', image: 'registry.example/sum:1', attempt: 1 }
 * ```
 */
export type TaskProgress =
  | { readonly type: 'fetching'; readonly image: string; readonly attempt: number }
  | { readonly type: 'chunk'; readonly received: number; readonly total: number }
  /** Bytes downloaded by the proplet itself; `total` if the peer announced it. */
  | { readonly type: 'downloading'; readonly received: number; readonly total: number | undefined }
  | Warning
  | {
      readonly type: 'fetched'
      readonly binary: Binary
      readonly from: 'command' | 'registry' | 'url' | 'cache'
    }

export type Warning = { readonly type: 'warning'; readonly message: string }

/** The value of a variable was fetched for the task. */
export type Provided = {
  readonly type: 'provided'
  readonly variable: string
  /** The URL, without credentials. */
  readonly from: string
  /** Characters. */
  readonly length: number
}

/** The update of a round was sent: to the coordinator at this URL (without credentials), or as this text to the channel. */
export type Reported = {
  readonly type: 'reported'
  readonly round: string
  readonly to: { readonly url: string } | { readonly channel: string }
}

/** An event of a running guest. */
export type RunProgress =
  | { readonly type: 'running' }
  | { readonly type: 'started'; readonly compileMs: number }
  /** It answers HTTP requests there. */
  | { readonly type: 'serving'; readonly address: string; readonly port: number }
  | { readonly type: 'output'; readonly stream: 'stdout' | 'stderr'; readonly data: Uint8Array }

/** The sequence number of the command, if it is in the journal. */
export type OfCommand = { readonly sequence?: number | undefined }

export type TaskEnded = OfCommand & {
  readonly type: 'ended'
  readonly outcome: Outcome
  /** When the command was received; the hold of the result counts from here. */
  readonly receivedAt: number
  /**
   * Whether a clean end is not reported: a daemon or server already had its result when it started,
   * and a precompiled latent task has none.
   */
  readonly announced: boolean
  /** Absent if the task belongs to no round. */
  readonly round?: Round & { readonly update?: Update }
}

/**
 * An event of an invocation of a latent task, in order.
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
