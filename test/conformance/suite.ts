import type { FileResult } from './outcome.js'
import type { NodeProgram } from './nodes.js'

/** A file of a suite. */
export type SuiteFile = { readonly name: string; readonly run: (node: NodeProgram) => Promise<FileResult> }

export type Suite = {
  readonly name: string
  /** Whether any of its tests can pass on that version. */
  readonly runsOn: (node: NodeProgram) => boolean
  readonly files: () => readonly SuiteFile[]
}
