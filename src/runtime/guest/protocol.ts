import type { FailureCode } from '../../model/outcome.js'
import type { Preopen } from '../wasi/preview1.js'

/** What the daemon says to a guest, a child process or a thread that runs one task at a time. */
export type ToGuest = BootMessage | RunMessage

/** The first message: what holds for every task of this guest. It answers `ready`. */
export type BootMessage = {
  readonly type: 'boot'
  readonly preopens: readonly Preopen[]
  /** Bytes of linear memory. */
  readonly memoryMaxBytes: number
  /** Elements of one table. */
  readonly tableMaxElements: number
}

/** One task; `done` answers it. The next is sent after `done`, or after `ready` where `done` announced that. */
export type RunMessage = {
  readonly type: 'run'
  readonly name: string
  /** The first argument that a program sees; by default `name`. */
  readonly program?: string
  /** Nothing else is run when `name` is not exported. */
  readonly isExact?: boolean
  readonly inputs: readonly string[]
  readonly cliArgs: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly module: ModuleSource
  /** The module is kept once `started` was sent. */
  readonly keep: boolean
  /** Digests of modules to drop first. */
  readonly evict: readonly string[]
  /** Bytes of stdout and of stderr, each; null: without limit. */
  readonly outputMaxBytes: number | null
}

/** `body`: the bytes come with the message. `kept`: the guest has the module. */
export type ModuleSource =
  | { readonly digest: string; readonly from: 'kept' }
  | { readonly digest: string; readonly from: 'body' }
  | { readonly digest: string; readonly from: 'file'; readonly path: string }

export type StreamName = 'stdout' | 'stderr'

/** What a guest says. A guest that was broken out of may say anything: the daemon decodes it. */
export type FromGuest =
  | { readonly type: 'ready' }
  | { readonly type: 'started'; readonly compileMs: number }
  | { readonly type: 'warning'; readonly message: string }
  | {
      readonly type: 'done'
      readonly end: GuestEnd
      /** Bytes written to each stream since the task began; the last of them may still be on their way. */
      readonly stdoutBytes: number
      readonly stderrBytes: number
      /** The guest tidies up and says `ready` before it takes another task. */
      readonly thenReady: boolean
    }

/** `printed`: the result is what stdout holds. */
export type GuestEnd =
  | { readonly kind: 'returned'; readonly text: string }
  | { readonly kind: 'printed' }
  | { readonly kind: 'failed'; readonly code: FailureCode; readonly error: string }
