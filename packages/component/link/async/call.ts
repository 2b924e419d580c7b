import type { LinkedFunction } from '../function.js'
import type { Run } from '../run.js'
import type { OpenCall } from './scheduler.js'

/**
 * Calls an async function from outside. Settles when it has returned and its task has ended, or can't go on. Rejects with
 * what was thrown in any task of the run, and for a wait that never ends. `returned` is called before that, as soon as there
 * is a result.
 */
export function callAsync(
  run: Run,
  func: LinkedFunction,
  args: readonly unknown[],
  returned?: (value: unknown) => void,
): Promise<unknown> {
  const { scheduler } = run
  const start = run.start(func)
  return new Promise((resolve, reject) => {
    let result: { readonly value: unknown } | undefined
    const settle = () => {
      scheduler.close(call)
      if (result !== undefined) resolve(result.value)
      else reject(new WebAssembly.RuntimeError('deadlock: the guest waits for what can never happen'))
    }
    const call: OpenCall = { failed: reject, idle: settle }
    scheduler.open(call)
    scheduler.later(() => {
      start({
        caller: undefined,
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
