import type { Log } from '../embedded/guests/log.js'

export type ExternalOptions = {
  /** Absolute path of the runtime's executable. */
  readonly program: string
  /** `PATH` of the runtime. */
  readonly searchPath: string
  /** Flags that tasks may pass besides the harmless ones; `*`: all. */
  readonly allowCliArgs: readonly string[]
  /** Directories of the host that guests get, under the same path. */
  readonly dirs: readonly string[]
  /** Where components that serve HTTP listen: the first port that is tried; undefined: they are not run. */
  readonly http: { readonly host: string; readonly port: number } | undefined
  /** Time limit of a task; 0: none. Daemons and servers have to start within it. */
  readonly timeoutMs: number
  /** Linear memory of one task; the runtime's processes may use some more. */
  readonly memoryMaxBytes: number
  /** stdout, and stderr, each, of one task. */
  readonly outputMaxBytes: number
  /** Where the private directories of tasks are made. */
  readonly temporaryDirectory: string
  readonly log: Log
}
