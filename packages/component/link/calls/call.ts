import type { LinkedFunction, Instantiation } from './instantiation.js'
import { trap } from '../abi/trap.js'
import type { OpenCall } from '../async/scheduler.js'

/**
 * Calls an async function from outside. Resolves when it has returned and its task has ended. Rejects with whatever was thrown in
 * any task of the run, and if the task can never continue. `returned` is called earlier, as soon as there is a result.
 */
export function callAsync(
  instantiation: Instantiation,
  func: LinkedFunction,
  args: readonly unknown[],
  returned?: (value: unknown) => void,
): Promise<unknown> {
  const { scheduler } = instantiation
  const start = instantiation.start(func)
  return new Promise((resolve, reject) => {
    let result: { readonly value: unknown } | undefined
    const settle = () => {
      scheduler.close(call)
      if (result !== undefined) resolve(result.value)
      else reject(deadlock())
    }
    const call: OpenCall = { failed: reject, idle: settle }
    scheduler.open(call)
    scheduler.later(() => {
      start({
        begin: () => args,
        resolve: (resolved) => {
          result = resolved
          if (resolved !== undefined && returned !== undefined)
            scheduler.later(() => returned(resolved.value))
        },
        exit: settle,
      })
    })
  })
}

function deadlock(): Error {
  try {
    return trap('deadlock detected: event loop cannot make further progress')
  } catch (error) {
    if (error instanceof Error) return error
    throw error
  }
}
