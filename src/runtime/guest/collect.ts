import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** V8's full garbage collection; a thread cannot be started with `--expose-gc`, so it is taken from a new context. */
export function garbageCollector(): () => void {
  const { gc } = globalThis
  if (gc !== undefined) return () => gc()
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (!isCollector(collect)) throw new Error('this Node.js does not expose its garbage collector')
  return collect
}

function isCollector(value: unknown): value is () => void {
  return typeof value === 'function'
}
