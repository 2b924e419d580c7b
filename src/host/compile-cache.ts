import module from 'node:module'
import { lstatSync, mkdirSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { codeOf } from '../model/code-of.js'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The directory for compiled code, from which the next process starts faster: below `XDG_CACHE_HOME` or `HOME`.
 * Undefined if there is none that only this user can write to.
 */
export function compileCacheDir(env: Environment): string | undefined {
  const { XDG_CACHE_HOME, HOME, NODE_DISABLE_COMPILE_CACHE } = env
  const base = XDG_CACHE_HOME ?? (HOME === undefined ? undefined : join(HOME, '.cache'))
  if (base === undefined || !isAbsolute(base) || (NODE_DISABLE_COMPILE_CACHE ?? '') !== '') return undefined
  const path = join(base, 'proplet', 'compile-cache')
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    const stats = lstatSync(path)
    const isOurs = stats.isDirectory() && stats.uid === process.getuid?.() && (stats.mode & 0o022) === 0
    return isOurs ? path : undefined
  } catch (error) {
    // A full or read-only disk must not prevent the start.
    if (codeOf(error) !== undefined) return undefined
    throw error
  }
}

/** Writes the compile cache that `NODE_COMPILE_CACHE` names now, for a process that is going to be killed; no effect before Node.js 22.10. */
export function flushCompileCache(): void {
  if (process.env['NODE_COMPILE_CACHE'] === undefined) return
  const flush: unknown = Reflect.get(module, 'flushCompileCache')
  if (typeof flush === 'function') Reflect.apply(flush, module, [])
}
