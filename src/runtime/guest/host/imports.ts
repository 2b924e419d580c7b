import { OFFERED_ELSEWHERE } from '@proplet/component/remedy.js'
import { ELSEWHERE, TaskFailure } from '../call/failure.js'
import type { ModuleShape } from '@proplet/component/wasm/scan.js'
import { quote } from '@proplet/component/units.js'

export const WASI_MODULE = 'wasi_snapshot_preview1'
const SHOWN = 5

export function importsWasi(shape: ModuleShape): boolean {
  return shape.imports.some((wanted) => wanted.module === WASI_MODULE)
}

/** Refuses a module with unknown imports, naming the first: a `binary` failure. */
export function checkImports(shape: ModuleShape, provided: WebAssembly.Imports): void {
  const missing = shape.imports.filter(
    ({ module, name, kind }) =>
      kind !== 'function' || !Object.hasOwn(provided, module) || !Object.hasOwn(provided[module] ?? {}, name),
  )
  if (missing.length === 0) return
  const shown = missing
    .slice(0, SHOWN)
    .map(({ module, name, kind }) => `${quote(`${module}.${name}`)} (${kind})`)
    .join(', ')
  const more = missing.length > SHOWN ? ` and ${missing.length - SHOWN} more` : ''
  const isWasi = missing.every(({ module }) => module.startsWith('wasi'))
  const remedy = isWasi
    ? `${OFFERED_ELSEWHERE.text} (${ELSEWHERE})`
    : 'link what it needs into it, or build it for WASI'
  throw new TaskFailure(
    'binary',
    `the module imports what this runtime does not provide: ${shown}${more}; ${remedy}`,
  )
}
