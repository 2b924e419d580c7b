import { trap } from '../trap.js'
import type { CoreFunction } from '../run.js'

/** Whether this Node.js can let a guest wait in the midst of a call: by JavaScript Promise Integration. */
export const hasJspi = (): boolean => WebAssembly.Suspending !== undefined

/**
 * An import that a guest waits in. V8 suspends the guest whether a promise is returned or not, so everything that is given here
 * returns one that the scheduler resolves.
 */
export function suspending(wait: (...args: unknown[]) => Promise<unknown>): object {
  const { Suspending } = WebAssembly
  return Suspending === undefined ? trap('there is no JSPI') : new Suspending(wait)
}

/** The same function of a guest, which may call imports that it waits in. What it throws rejects the promise. */
export function promising(func: CoreFunction): (...args: unknown[]) => Promise<unknown> {
  const { promising: wrap } = WebAssembly
  if (wrap === undefined) return trap('there is no JSPI')
  try {
    return wrap(func)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return trap('an async function is lifted from what is no function of a core module')
  }
}
