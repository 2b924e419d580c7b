import { ComponentError } from '../error.js'
import { missingFeature } from './engine-features.js'
import type { ScanLimits } from './module-limits.js'
import { scanModule, type ModuleShape } from './scan.js'
import { separateMemory, type SpareMemories } from './spare-memories.js'

/** Bytes that no other thread writes, as the compiler takes them. */
export type Bytes = Uint8Array<ArrayBuffer>
export type CompiledModule = {
  readonly module: WebAssembly.Module
  readonly shape: ModuleShape
  /** Where its memory comes from, which it imports beside what its shape tells; undefined: its memory is its own. */
  readonly memories?: SpareMemories | undefined
}

/**
 * Scans and compiles a core module. Fails with `binary`, `memory` or `unsupported`.
 *
 * ```ts
 * const limits = { memoryMaxBytes: 64 * 2 ** 20, tableMaxElements: 100_000 }
 * const { module, shape } = compileModule(bytes, limits)
 * console.log([...shape.functions.keys()])
 * ```
 */
export function compileModule(binary: Bytes, limits: ScanLimits): CompiledModule {
  const shape = scanModule(binary, limits)
  try {
    return { module: new WebAssembly.Module(binary), shape }
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error
    throw refusal(error)
  }
}

/** The same, its memory separated, so that instances that follow each other can have the same one. */
export function compileForReuse(binary: Bytes, limits: ScanLimits): CompiledModule {
  const shape = scanModule(binary, limits)
  const separated = separateMemory(binary, shape)
  if (separated === undefined) return compileModule(binary, limits)
  try {
    return { module: new WebAssembly.Module(separated.binary), shape, memories: separated.memories }
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error
    // Errors refer to offsets in the original binary.
    return compileModule(binary, limits)
  }
}

/** `unsupported` where a newer Node.js takes the module, and then it says which one. */
export function refusal(error: Error): ComponentError {
  const reason = error.message.replace(/^WebAssembly\.Module\(\): /, '').slice(0, 500)
  const feature = missingFeature(reason)
  return feature === undefined
    ? new ComponentError(
        'binary',
        `not a valid WebAssembly module for Node.js ${process.version}: ${reason}`,
        { cause: error },
      )
    : new ComponentError(
        'unsupported',
        `a module that uses ${feature.name} needs Node.js ${feature.since} or newer; this is ${process.version}`,
        { cause: error },
      )
}
