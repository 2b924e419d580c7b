import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { compileForReuse } from '../../wasm/compile.js'
import { prepareComponent, type PreparedComponent } from '../../link/prepare.js'
import type { ComponentInstance, ExportedFunction } from '../../link/instantiate.js'

const limits = { memoryMaxBytes: 64 * 1024 * 1024, tableMaxElements: 100_000 }

export const built = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(
    readFileSync(
      fileURLToPath(new URL(`../../../../test/fixtures/built/components/${name}.wasm`, import.meta.url)),
    ),
  )

export const prepare = (bytes: Uint8Array<ArrayBuffer>): PreparedComponent =>
  prepareComponent(bytes, { limits, compile: (core) => compileForReuse(core, limits) })

export const functionOf = (
  { exports }: ComponentInstance,
  instance: string,
  name?: string,
): ExportedFunction => {
  const found = exports.get(instance)
  const func = typeof found === 'function' ? found : found?.get(name ?? '')
  if (func === undefined) throw new Error(`${instance} ${name ?? ''} is not exported`)
  return func
}
