import { ComponentError } from '../error.js'
import type { ScanLimits } from './module-limits.js'
import { scanModule, type ModuleShape } from './scan.js'

/** Bytes that no other thread writes, as the compiler takes them. */
export type Bytes = Uint8Array<ArrayBuffer>
export type CompiledModule = { readonly module: WebAssembly.Module; readonly shape: ModuleShape }

/** Scans and compiles a core module. Fails with `binary`, `memory` or `unsupported`. */
export function compileModule(binary: Bytes, limits: ScanLimits): CompiledModule {
  const shape = scanModule(binary, limits)
  try {
    return { module: new WebAssembly.Module(binary), shape }
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error
    throw new ComponentError('binary', `not a valid WebAssembly module: ${compilerMessage(error)}`, {
      cause: error,
    })
  }
}

function compilerMessage(error: Error): string {
  return error.message.replace(/^WebAssembly\.Module\(\): /, '').slice(0, 500)
}
