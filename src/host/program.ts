import { createRequire } from 'node:module'
import { join } from 'node:path'
import { CodeCache } from './code-cache.js'
import { compileCacheDir } from './compile-cache.js'

/**
 * A loaded bundle, and a function that stores its compiled code, which must be called before the process might be
 * killed.
 */
export interface Program<T> {
  readonly exports: T
  readonly storeCompiled: () => void
  /** Loads another CommonJS bundle by the same cache. Throws what the bundle throws, or if it cannot be read. */
  readonly load: (path: string) => unknown
  /** The directory of the compile cache, for Node.js processes that this one starts; undefined if there is none. */
  readonly compileCache: string | undefined
}

/**
 * Loads the CommonJS bundle at `path`, and what it loads later, from the compile cache where there can be one.
 *
 * @param profile Programs that run different functions of the same bundles have caches of their own: a compiled form holds only
 * what had run when it was stored.
 *
 * @example
 * const { exports } = loadProgram<typeof import('./cli/main.js')>('/opt/proplet/dist/cli/main.cjs', 'daemon', process.env)
 */
export function loadProgram<T>(path: string, profile: string, env: NodeJS.ProcessEnv): Program<T> {
  const compileCache = compileCacheDir(env)
  if (compileCache === undefined) {
    const load = createRequire(path) as (path: string) => unknown
    return { exports: load(path) as T, storeCompiled: () => undefined, load, compileCache }
  }
  const code = new CodeCache(join(compileCache, `${process.version}-${process.arch}-${profile}`))
  const storeCompiled = () => code.store()
  process.once('exit', storeCompiled)
  const load = (other: string) => code.load(other)
  return { exports: load(path) as T, storeCompiled, load, compileCache }
}
