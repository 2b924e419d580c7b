import { ComponentError } from '../error.js'
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

/** Scans and compiles a core module. Fails with `binary`, `memory` or `unsupported`. */
export function compileModule(binary: Bytes, limits: ScanLimits): CompiledModule {
  const shape = scanModule(binary, limits)
  try {
    return { module: new WebAssembly.Module(binary), shape }
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error
    throw new ComponentError('binary', invalid(error), { cause: error })
  }
}

/** From here on V8 knows what compilers emit by default today: extended constant expressions, `exnref`, several memories. */
const COMPLETE_SINCE = 24

/** The same, its memory separated, so that instances that follow each other can have the same one. */
export function compileForReuse(binary: Bytes, limits: ScanLimits): CompiledModule {
  const shape = scanModule(binary, limits)
  const separated = separateMemory(binary, shape)
  // What is invalid is told with the offsets of the binary as it came.
  if (separated === undefined || !WebAssembly.validate(binary)) return compileModule(binary, limits)
  return { module: new WebAssembly.Module(separated.binary), shape, memories: separated.memories }
}

function invalid(error: Error): string {
  const reason = error.message.replace(/^WebAssembly\.Module\(\): /, '').slice(0, 500)
  const older = Number(process.versions.node.split('.')[0]) < COMPLETE_SINCE
  const hint = older ? `; Node.js ${COMPLETE_SINCE} and newer accept more of WebAssembly` : ''
  return `not a valid WebAssembly module for Node.js ${process.version}: ${reason}${hint}`
}
