import { readFileSync, writeFileSync } from 'node:fs'
import { isLeft } from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { countOf } from './outcome.js'
import type { SuiteResult } from './run-suite.js'

/** The number of passed tests per file, by suite and major version of Node.js. */
const baseline = t.record(t.string, t.record(t.string, t.number))
type Baseline = t.TypeOf<typeof baseline>

const keyOf = ({ suite, node }: SuiteResult): string => `${suite} on Node.js ${node.major}`

export function readBaseline(path: string): Baseline {
  const decoded = baseline.decode(JSON.parse(readFileSync(path, 'utf8')))
  if (isLeft(decoded)) throw new Error(`${path}: expected numbers by file by suite`)
  return decoded.right
}

export function writeBaseline(path: string, results: readonly SuiteResult[]): void {
  const entries = results.map((result) => [
    keyOf(result),
    Object.fromEntries(result.files.map((file) => [file.file, countOf([file]).passed])),
  ])
  writeFileSync(path, `${JSON.stringify(Object.fromEntries(entries), undefined, 2)}\n`)
}

/** The files with fewer passed tests than in the baseline, of those that were run. */
export function fallen(results: readonly SuiteResult[], expected: Baseline): readonly string[] {
  return results.flatMap((result) => {
    const files = expected[keyOf(result)] ?? {}
    return result.files.flatMap((file) => {
      const { passed } = countOf([file])
      const wanted = files[file.file] ?? 0
      return passed < wanted
        ? [`${keyOf(result)}: ${file.file}: ${passed} passed, the baseline has ${wanted}`]
        : []
    })
  })
}
