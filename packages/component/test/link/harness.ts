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

/** `(module (func (export "twice") (param i32) (result i32) (i32.shl (local.get 0) (i32.const 1))))` */
export const twiceModule = (): WebAssembly.Module =>
  new WebAssembly.Module(
    Uint8Array.of(
      ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
      ...[0x01, 0x06, 0x01, 0x60, 0x01, 0x7f, 0x01, 0x7f, 0x03, 0x02, 0x01, 0x00],
      ...[0x07, 0x09, 0x01, 0x05, 0x74, 0x77, 0x69, 0x63, 0x65, 0x00, 0x00],
      ...[0x0a, 0x09, 0x01, 0x07, 0x00, 0x20, 0x00, 0x41, 0x01, 0x74, 0x0b],
    ),
  )
