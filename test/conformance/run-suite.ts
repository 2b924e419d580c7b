import type { NodeProgram } from './nodes.js'
import type { FileResult } from './outcome.js'
import type { Suite } from './suite.js'

export type SuiteResult = {
  readonly suite: string
  readonly node: NodeProgram
  readonly files: readonly FileResult[]
}

const AT_ONCE = 2

/** Runs the matching files of a suite, two at a time; calls `done` for each, in the order of the suite. */
export async function runSuite(
  suite: Suite,
  node: NodeProgram,
  wanted: RegExp,
  done: (file: FileResult) => void,
): Promise<SuiteResult> {
  const files = suite.files().filter(({ name }) => wanted.test(name))
  const results: FileResult[] = []
  let next = 0
  let shown = 0
  const worker = async () => {
    for (let index = next++; index < files.length; index = next++) {
      const file = files[index]
      if (file === undefined) return
      results[index] = await file.run(node)
      for (let ready = results[shown]; ready !== undefined; ready = results[shown]) {
        done(ready)
        shown += 1
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return { suite: suite.name, node, files: results }
}
