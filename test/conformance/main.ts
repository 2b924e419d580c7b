import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fallen, readBaseline, writeBaseline } from './baseline.js'
import { findNode } from './nodes.js'
import { readOptions, USAGE, type Options } from './options.js'
import { writePage } from './page.js'
import { printFile, printTotal } from './print.js'
import { runSuite, type SuiteResult } from './run-suite.js'
import type { Suite } from './suite.js'
import { wasiSuite } from './wasi/suite.js'
import { componentModel } from './wast/suite.js'

const environment = (name: string): string => process.env[name] ?? ''

function suitesOf(): readonly Suite[] {
  const folder = environment('CONFORMANCE_SUITES')
  const root = environment('CONFORMANCE_ROOT')
  const program = environment('CONFORMANCE_WASM_TOOLS')
  const converter =
    program === ''
      ? undefined
      : {
          program,
          version: environment('CONFORMANCE_WASM_TOOLS_VERSION'),
          olderParser: process.env['CONFORMANCE_OLDER_PARSER'],
          cache: join(root, 'node_modules/.cache/conformance'),
        }
  const child = fileURLToPath(new URL('./wast/child.js', import.meta.url))
  const exec = process.env['CONFORMANCE_EXEC'] ?? join(root, 'dist/exec.js')
  const wasi = join(folder, 'wasi-testsuite')
  return [
    wasiSuite('wasi-p1', wasi, 'wasm32-wasip1', exec),
    wasiSuite('wasi-0.3', wasi, 'wasm32-wasip3', exec),
    componentModel(join(folder, 'component-model'), converter, child),
  ]
}

async function run(options: Options): Promise<readonly SuiteResult[]> {
  const all: SuiteResult[] = []
  for (const node of options.nodes.map(findNode)) {
    for (const suite of suitesOf()) {
      if (!options.suite.test(suite.name) || !suite.runsOn(node)) continue
      const result = await runSuite(suite, node, options.file, (file) => printFile(file, options.verbose))
      printTotal(result)
      all.push(result)
    }
  }
  return all
}

function conclude(options: Options, results: readonly SuiteResult[]): void {
  const root = environment('CONFORMANCE_ROOT')
  const expected = join(root, 'test/conformance/expected.json')
  const lines = fallen(results, readBaseline(expected))
  if (options.write) {
    if (!options.complete) throw new Error('--write: expected it without --suite, --file and --node')
    writePage(join(root, 'docs/conformance.md'), results)
    writeBaseline(expected, results)
    return
  }
  for (const line of lines) console.error(`fallen: ${line}`)
  if (lines.length > 0) process.exitCode = 1
}

if (process.argv.includes('--help')) console.log(USAGE)
else {
  const options = readOptions(process.argv.slice(2))
  conclude(options, await run(options))
}
