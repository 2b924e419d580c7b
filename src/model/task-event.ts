import type { Binary } from './binary.js'
import type { Received, StartCommand } from './command.js'
import type { Outcome } from './outcome.js'

/** What happens to tasks, in order for each task. Everything the proplet reports of a task is derived from these. */
export type TaskEvent =
  | ({ readonly id: string } & (
      | { readonly type: 'accepted'; readonly start: Received<StartCommand> }
      | { readonly type: 'duplicate' }
      | { readonly type: 'unknown-stop' }
      | TaskProgress
      | { readonly type: 'running' }
      | { readonly type: 'started'; readonly compileMs: number }
      | { readonly type: 'serving'; readonly address: string; readonly port: number }
      /** A daemon was started, or a server listens: its result is due now. */
      | { readonly type: 'announced'; readonly receivedAt: number; readonly results: string }
      | { readonly type: 'output'; readonly stream: 'stdout' | 'stderr'; readonly data: Uint8Array }
      | TaskEnded
    ))
  /** A message that names no task was refused. */
  | { readonly type: 'rejected'; readonly subtopic: string; readonly reason: string }

/** What happens while a binary is acquired. */
export type TaskProgress =
  | { readonly type: 'fetching'; readonly image: string; readonly attempt: number }
  | { readonly type: 'chunk'; readonly received: number; readonly total: number }
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'fetched'; readonly binary: Binary; readonly from: 'command' | 'registry' | 'cache' }

export type TaskEnded = {
  readonly type: 'ended'
  readonly outcome: Outcome
  /** When the command was received: what the result is held against. */
  readonly receivedAt: number
  /** Whether a result has been published already: it is a daemon that was started, or a server that listened. */
  readonly announced: boolean
}
