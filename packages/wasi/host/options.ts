import type { Preopen } from './preopens.js'
import type { Input, OutputSink } from './stdio.js'

/** Which standard streams the guest sees as terminals. */
export type Terminals = { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean }

/** What a guest is given, in any version of WASI. */
export type WasiOptions = {
  /** The first is the name of the program. */
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly preopens: readonly Preopen[]
  /** Without one, standard input is at its end. */
  readonly stdin?: Input | undefined
  readonly stdout: OutputSink
  readonly stderr: OutputSink
  /** By default none is. */
  readonly terminals?: Terminals | undefined
}
