import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Suite } from '../suite.js'
import { runTest } from './run-test.js'

const LANGUAGES = ['assemblyscript', 'c', 'rust'] as const

/** The programs for one target of the official WASI suite, run with `proplet-exec`. */
export const wasiSuite = (
  name: string,
  folder: string,
  target: 'wasm32-wasip1' | 'wasm32-wasip3',
  exec: string,
): Suite => ({
  name,
  // WASI 0.3 needs JavaScript Promise Integration.
  runsOn: ({ major }) => target === 'wasm32-wasip1' || major >= 24,
  files: () =>
    LANGUAGES.flatMap((language) => {
      const tests = join(folder, language, 'testsuite', target)
      return programsIn(tests).map((test) => ({
        name: `${language}/${test}`,
        run: async (node) => ({
          file: `${language}/${test}`,
          results: [{ name: test, outcome: await runTest(tests, test, node.path, exec) }],
        }),
      }))
    }),
})

function programsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith('.wasm'))
      .map((file) => file.slice(0, -'.wasm'.length))
      .sort()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
