/** The outcome of one test. `refused`: the proplet named something that it does not support. */
export type Outcome =
  { readonly kind: 'passed' } | { readonly kind: 'failed' | 'refused'; readonly reason: string }

export type Result = {
  /** The name of the test within its file: a line of a script, or a program. */
  readonly name: string
  readonly outcome: Outcome
}

/** All tests of one file, in the order of the file. */
export type FileResult = { readonly file: string; readonly results: readonly Result[] }

export const passed: Outcome = { kind: 'passed' }
export const failed = (reason: string): Outcome => ({ kind: 'failed', reason })
export const refused = (reason: string): Outcome => ({ kind: 'refused', reason })

export type Counts = { readonly passed: number; readonly failed: number; readonly refused: number }

export function countOf(files: readonly FileResult[]): Counts {
  const count = (kind: Outcome['kind']) =>
    files.reduce((sum, { results }) => sum + results.filter(({ outcome }) => outcome.kind === kind).length, 0)
  return { passed: count('passed'), failed: count('failed'), refused: count('refused') }
}
