import type { FileResult } from './outcome.js'
import type { NodeProgram } from './nodes.js'

/** A file of a suite, run by itself. */
export type SuiteFile = { readonly name: string; readonly run: (node: NodeProgram) => Promise<FileResult> }

export type Suite = {
  readonly name: string
  /** Whether anything of it can be passed there. */
  readonly runsOn: (node: NodeProgram) => boolean
  readonly files: () => readonly SuiteFile[]
}
