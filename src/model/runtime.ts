import type { Observable } from 'rxjs'
import type { Binary } from './binary.js'
import type { Outcome } from './outcome.js'
import type { Figures } from './figures.js'

/**
 * One task, ready to run.
 *
 * @example
 * ```ts
 * const describe = ({ id, name, inputs }: RunRequest) => `${id}: ${name}(${inputs.join(', ')})`
 * ```
 */
export type RunRequest = {
  readonly id: string
  /** The export to call. */
  readonly name: string
  readonly binary: Binary
  readonly inputs: readonly string[]
  readonly cliArgs: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly daemon: boolean
  /** Where its storage of the hardware abstraction layer is to be, as the Manager wrote it. */
  readonly halStoragePath?: string
  /** The only key that may have wrapped the key of an encrypted binary; absent for whichever its image names. */
  readonly kbsResourcePath?: string
  /** Compile the binary and keep it for later runs; nothing is called, and `results` is empty. */
  readonly compileOnly?: true
}

/**
 * Why a running task is asked to end: a stop command, or the shutdown of the proplet.
 *
 * @example
 * ```ts
 * const stop$: Observable<StopReason> = of('stopped')
 * ```
 */
export type StopReason = 'stopped' | 'shutdown'

/**
 * What a runtime emits while it runs a task; `ended` is the last event.
 *
 * @example
 * ```ts
 * const ended: RunEvent = { type: 'ended', outcome: { kind: 'completed', results: '30' }, runMs: 1.5 }
 * ```
 */
export type RunEvent =
  | { readonly type: 'started'; readonly compileMs: number }
  /** It answers HTTP requests there, until it is stopped. */
  | { readonly type: 'serving'; readonly address: string; readonly port: number }
  /** Live output of the guest, in order for each stream. */
  | { readonly type: 'output'; readonly stream: 'stdout' | 'stderr'; readonly data: Uint8Array }
  /** Something for the log, such as a fallback. */
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'ended'; readonly outcome: Outcome; readonly runMs: number }

/**
 * What a task has used since it began, and what it holds now.
 *
 * @example
 * ```ts
 * const averageCores = ({ cpuSeconds = 0, elapsedMs }: Usage) => (cpuSeconds * 1000) / elapsedMs
 * ```
 */
export type Usage = Figures & { readonly elapsedMs: number }

/**
 * Runs tasks. The embedded runtime is one; external and confidential runtimes are others.
 *
 * @example
 * ```ts
 * const echo: Runtime = {
 *   name: 'echo',
 *   run: ({ inputs }) =>
 *     of<RunEvent[]>(
 *       { type: 'started', compileMs: 0 },
 *       { type: 'ended', outcome: { kind: 'completed', results: inputs.join(' ') }, runMs: 0 },
 *     ),
 * }
 * const proplet$ = createProplet({ config, runtime: echo })
 * ```
 */
export interface Runtime {
  /** As the discovery message names it. */
  readonly name: string
  /**
   * Cold. Emits events, at most one `started` and exactly one `ended` as the last, and completes; never errors.
   * A value of `stop$` ends the guest at once; `ended` still follows, with what stdout held. Unsubscribing ends the
   * guest silently.
   */
  run(request: RunRequest, stop$: Observable<StopReason>): Observable<RunEvent>
  /** Usage of this task alone; undefined while it does not run. Omit it if the runtime can't tell. */
  usage?(id: string): Usage | undefined
  /** Prepares for the first task; the proplet calls it once it has announced itself. Omit it if there is nothing to prepare. */
  warmUp?(): void
}
