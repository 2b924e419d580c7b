import type { Preopen } from './preopens.js'
import type { Input, OutputSink } from './stdio.js'

/** Which standard streams the guest sees as terminals. */
export type Terminals = { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean }

/** What a guest is given, by whichever face. */
export type WasiOptions = {
  /** The first one is the name of the program. */
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly preopens: readonly Preopen[]
  /** Without one, standard input is at its end. */
  readonly stdin?: Input | undefined
  readonly stdout: OutputSink
  readonly stderr: OutputSink
  /** By default none of them is one. */
  readonly terminals?: Terminals | undefined
}
