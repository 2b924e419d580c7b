// Bundles test/conformance and runs it, because it must run on Node.js versions that cannot load TypeScript.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import process from 'node:process'
import { bundle, inRoot, write } from './bundle.mjs'
import { olderParser, wasmTools, WASM_TOOLS_VERSION } from './wasm-tools.mjs'

const root = inRoot('.')
const suites = process.env.CONFORMANCE_SUITES ?? inRoot('../shared/suites')

if (!existsSync(suites)) {
  console.log(
    `conformance: no suites at ${suites}; set CONFORMANCE_SUITES to the folder that holds them. Nothing was run.`,
  )
  process.exit(0)
}

await write(
  bundle({
    from: 'test/conformance',
    to: 'build/conformance',
    modules: ['main', 'wast/child'],
    chunkFileNames: 'chunks/[name]-[hash].js',
  }),
)

const { status, signal } = spawnSync(
  process.execPath,
  [inRoot('build/conformance/main.js'), ...process.argv.slice(2)],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      CONFORMANCE_ROOT: root,
      CONFORMANCE_SUITES: suites,
      CONFORMANCE_WASM_TOOLS: wasmTools() ?? '',
      CONFORMANCE_WASM_TOOLS_VERSION: WASM_TOOLS_VERSION,
      CONFORMANCE_OLDER_PARSER: olderParser() ?? '',
    },
  },
)
process.exitCode = signal === null ? (status ?? 1) : 1
