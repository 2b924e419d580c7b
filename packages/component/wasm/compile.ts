import { ComponentError } from '../error.js'
import { needsNode } from '../remedy.js'
import { missingFeature } from './engine-features.js'
import type { ScanLimits } from './module-limits.js'
import { moduleRole, type ModuleRole } from './module-role.js'
import { scanModule, type ModuleShape } from './scan.js'
import { restorable } from './restorable.js'
import { separateMemory, type SpareMemories } from './spare-memories.js'

/** Bytes not shared with another thread, as the compiler requires. */
export type Bytes = Uint8Array<ArrayBuffer>
export type CompiledModule = {
  readonly module: WebAssembly.Module
  readonly shape: ModuleShape
  /** The source of its memory, which it imports in addition to the imports in its shape; undefined if it defines its own. */
  readonly memories?: SpareMemories | undefined
  /** Exported globals that, with the memory, are all mutable state of an instance; undefined if there is more, or if unknown. */
  readonly globals?: readonly string[] | undefined
  /** Undefined for any other role, or if it was not determined. */
  readonly role?: ModuleRole | undefined
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

/**
 * Like `compileModule`, but turns its memory into an import, so that successive instances can share one, or an instance can be
 * restored to its initial state. If that is not possible, determines the role of the module.
 */
export function compileForReuse(binary: Bytes, limits: ScanLimits): CompiledModule {
  const shape = scanModule(binary, limits)
  const separated = separateMemory(binary, shape)
  if (separated === undefined) return { ...compileModule(binary, limits), role: moduleRole(binary) }
  const { memories } = separated
  try {
    const whole = restorable(separated.binary, shape)
    if (whole === undefined) return { module: new WebAssembly.Module(separated.binary), shape, memories }
    return { module: new WebAssembly.Module(whole.binary), shape, memories, globals: whole.globals }
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError || error instanceof ComponentError)) throw error
    // Errors refer to offsets in the original binary.
    return compileModule(binary, limits)
  }
}

/** `unsupported`, with the required version, if a newer Node.js accepts the module. */
export function refusal(error: Error): ComponentError {
  const reason = error.message.replace(/^WebAssembly\.Module\(\): /, '').slice(0, 500)
  const feature = missingFeature(reason)
  return feature === undefined
    ? new ComponentError(
        'binary',
        `not a valid WebAssembly module for Node.js ${process.version}: ${reason}`,
        { cause: error },
      )
    : new ComponentError('unsupported', needsNode(`a module that uses ${feature.name}`, feature.since), {
        cause: error,
      })
}
