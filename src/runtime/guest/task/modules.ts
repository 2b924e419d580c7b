import { readFileSync } from 'node:fs'
import { TaskFailure } from '../call/failure.js'
import { components, preparingWithJco } from './components.js'
import type { EngineComponent } from '../host/instantiate.js'
import type { Transpiler } from '../jco/transpiler.js'
import {
  compileForReuse,
  compileModule,
  type Bytes,
  type CompiledModule,
} from '@proplet/component/wasm/compile.js'
import type { ScanLimits } from '@proplet/component/wasm/module-limits.js'
import { moduleLayer } from '@proplet/component/wasm/preamble.js'
import type { ModuleSource } from '../channel/protocol.js'

export type LoadedModule =
  | ({ readonly layer: 'core' } & CompiledModule)
  | { readonly layer: 'component'; readonly prepared: EngineComponent }

/** The compiled modules and prepared components of this guest. The daemon decides which are kept and which go, so that both sides agree. */
export class Modules {
  readonly #kept = new Map<string, LoadedModule>()
  readonly #limits: ScanLimits
  readonly #isOnce: boolean
  readonly #transpiler: Transpiler | undefined

  /** With a transpiler of jco, that is the engine of components; otherwise the linker is. `isOnce`: see `BootMessage`. */
  constructor(limits: ScanLimits & { readonly isOnce?: boolean }, transpiler?: Transpiler) {
    this.#limits = limits
    this.#isOnce = limits.isOnce === true
    this.#transpiler = transpiler
  }

  keep(digest: string, loaded: LoadedModule): void {
    this.#kept.set(digest, loaded)
  }

  drop(digests: readonly string[]): void {
    for (const digest of digests) this.#kept.delete(digest)
  }

  /** `compileMs` is 0 for a module that was kept. Fails with `binary`, `memory` or `unsupported`. */
  load(source: ModuleSource, body: Bytes): { loaded: LoadedModule; compileMs: number } {
    const startedAt = process.hrtime()
    switch (source.from) {
      case 'kept': {
        const loaded = this.#kept.get(source.digest)
        if (loaded === undefined)
          throw new TaskFailure('runtime', `this guest does not keep ${source.digest}`)
        return { loaded, compileMs: 0 }
      }
      case 'body': {
        const loaded = this.#compile(body)
        return { loaded, compileMs: millisecondsSince(startedAt) }
      }
      case 'file': {
        const loaded = this.#compile(readBinary(source.path, source.digest))
        return { loaded, compileMs: millisecondsSince(startedAt) }
      }
    }
  }

  #compile(binary: Bytes): LoadedModule {
    const compile = (core: Bytes) => compileModule(core, this.#limits)
    if (moduleLayer(binary) === 'core') return { layer: 'core', ...compile(binary) }
    const prepared =
      this.#transpiler === undefined
        ? components().link.prepareComponent(binary, {
            limits: this.#limits,
            compile: this.#isOnce ? compile : (core) => compileForReuse(core, this.#limits),
          })
        : preparingWithJco().prepareWithJco(binary, this.#transpiler, compile)
    return { layer: 'component', prepared }
  }
}

/** Without `performance`, which Node.js loads when it is first used. */
function millisecondsSince(startedAt: [number, number]): number {
  const [seconds, nanoseconds] = process.hrtime(startedAt)
  return seconds * 1e3 + nanoseconds / 1e6
}

/** The bytes of a file, verified against the digest unless that is undefined. Fails with `binary`. */
export function readBinary(path: string, digest: string | undefined): Bytes {
  let binary: Bytes
  try {
    binary = readFileSync(path)
  } catch (error) {
    throw new TaskFailure('binary', 'the cached file of the binary cannot be read', { cause: error })
  }
  if (digest === undefined) return binary
  // Binaries that come with their task are not hashed again, and then this module is not needed.
  const { createHash } = process.getBuiltinModule('node:crypto')
  const actual = `sha256:${createHash('sha256').update(binary).digest('hex')}`
  if (actual !== digest) {
    throw new TaskFailure(
      'binary',
      `the cached file does not match its digest: expected ${digest}, found ${actual}`,
    )
  }
  return binary
}
