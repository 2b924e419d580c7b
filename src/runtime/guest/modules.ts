import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { TaskFailure } from './failure.js'
import { checkPreamble } from './preamble.js'
import type { ModuleSource } from './protocol.js'
import { scanModule, type ModuleShape } from './scan.js'
import type { ScanLimits } from './module-limits.js'

/** Bytes that no other thread writes, as the compiler takes them. */
export type Bytes = Uint8Array<ArrayBuffer>
export type LoadedModule = { readonly module: WebAssembly.Module; readonly shape: ModuleShape }

/** The compiled modules of this guest. The daemon decides which are kept and which go, so that both sides agree. */
export class Modules {
  readonly #kept = new Map<string, LoadedModule>()
  readonly #limits: ScanLimits

  constructor(limits: ScanLimits) {
    this.#limits = limits
  }

  keep(digest: string, loaded: LoadedModule): void {
    this.#kept.set(digest, loaded)
  }

  drop(digests: readonly string[]): void {
    for (const digest of digests) this.#kept.delete(digest)
  }

  /** `compileMs` is 0 for a module that was kept. Fails with `binary`, `memory` or `unsupported`. */
  load(source: ModuleSource, body: Bytes): { loaded: LoadedModule; compileMs: number } {
    const startedAt = performance.now()
    switch (source.from) {
      case 'kept': {
        const loaded = this.#kept.get(source.digest)
        if (loaded === undefined)
          throw new TaskFailure('runtime', `${source.digest} is not kept by this guest`)
        return { loaded, compileMs: 0 }
      }
      case 'body': {
        const loaded = this.#compile(body)
        return { loaded, compileMs: performance.now() - startedAt }
      }
      case 'file': {
        const loaded = this.#compile(readBinary(source.path, source.digest))
        return { loaded, compileMs: performance.now() - startedAt }
      }
    }
  }

  #compile(binary: Bytes): LoadedModule {
    checkPreamble(binary)
    const shape = scanModule(binary, this.#limits)
    try {
      return { module: new WebAssembly.Module(binary), shape }
    } catch (error) {
      if (!(error instanceof WebAssembly.CompileError)) throw error
      throw new TaskFailure('binary', `not a valid WebAssembly module: ${compilerMessage(error)}`, {
        cause: error,
      })
    }
  }
}

function readBinary(path: string, digest: string): Bytes {
  let binary: Bytes
  try {
    binary = readFileSync(path)
  } catch (error) {
    throw new TaskFailure('binary', 'the cached file of the binary cannot be read', { cause: error })
  }
  const actual = `sha256:${createHash('sha256').update(binary).digest('hex')}`
  if (actual !== digest) {
    throw new TaskFailure(
      'binary',
      `the cached file does not match its digest: expected ${digest}, found ${actual}`,
    )
  }
  return binary
}

function compilerMessage(error: Error): string {
  return error.message.replace(/^WebAssembly\.Module\(\): /, '').slice(0, 500)
}
