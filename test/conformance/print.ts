import { countOf, type FileResult } from './outcome.js'
import type { SuiteResult } from './run-suite.js'

export function printFile(file: FileResult, verbose: boolean): void {
  const { passed, failed, refused } = countOf([file])
  console.log(`  ${file.file}: ${passed} passed, ${failed} failed, ${refused} refused`)
  if (!verbose) return
  for (const { name, outcome } of file.results)
    if (outcome.kind !== 'passed') console.log(`    ${outcome.kind} ${name}: ${outcome.reason}`)
}

export function printTotal({ suite, node, files }: SuiteResult): void {
  const { passed, failed, refused } = countOf(files)
  console.log(`${suite} on Node.js ${node.version}: ${passed} passed, ${failed} failed, ${refused} refused`)
}
