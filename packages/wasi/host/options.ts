import type { Preopen } from './preopens.js'
import type { OutputSink } from './stdio.js'

/** What a guest is given, by whichever face. Standard input is at its end. */
export type WasiOptions = {
  /** The first one is the name of the program. */
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly preopens: readonly Preopen[]
  readonly stdout: OutputSink
  readonly stderr: OutputSink
}
