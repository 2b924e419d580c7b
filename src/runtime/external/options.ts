import type { Log } from '../embedded/guests/log.js'

export type ExternalOptions = {
  /** Absolute path of the runtime's executable. */
  readonly program: string
  /** `PATH` of the runtime. */
  readonly searchPath: string
  /** Flags that tasks may pass in addition to harmless ones; `*` allows all. */
  readonly allowCliArgs: readonly string[]
  /** Host directories for guests, under the same paths. */
  readonly dirs: readonly string[]
  /** Where components serve HTTP, beginning with the first port to try; undefined to refuse them. */
  readonly http: { readonly host: string; readonly port: number } | undefined
  /** Time limit of a task; 0 for none. Daemons and servers must start within it. */
  readonly timeoutMs: number
  /** Maximum linear memory of a task; the runtime's processes may use somewhat more. */
  readonly memoryMaxBytes: number
  /** Maximum size of stdout, and of stderr, of one task. */
  readonly outputMaxBytes: number
  /** The parent of the private directories of tasks. */
  readonly temporaryDirectory: string
  readonly log: Log
}
