import { enteringModule, waitingModule, type CoreSignature } from './adapter.js'
import type { CoreFunction, Instantiation } from './instantiation.js'
import { trap } from '../abi/trap.js'
import type { GoOn, Scheduler } from '../async/scheduler.js'
import type { InstanceThread } from '../abi/thread-table.js'
import type { Thread } from '../async/thread.js'

/** Whether this Node.js can let a guest wait in the midst of a call: by JavaScript Promise Integration. */
export const hasJspi = (): boolean => WebAssembly.Suspending !== undefined

const CANNOT_BLOCK = 'cannot block a synchronous task before returning'

/**
 * Traps where a guest is about to call what may have to wait and may not wait itself. Threads of its instance that are ready
 * to begin can run meanwhile, whichever of them makes the call.
 */
export function checkMayBlock({ task, instance }: Thread): void {
  if (!task.mayBlock && instance.threads.ready.size === 0) trap(CANNOT_BLOCK)
}

/** What came of a call that may have to wait: a value, or what is to be waited for. */
export type Outcome = { readonly value: unknown } | { readonly wait: (goOn: GoOn) => void }

/** Makes the functions of one type that a guest waits in. */
export type MakeWaiting = (instantiation: Instantiation, begin: (...args: unknown[]) => Outcome) => object

/** Compiles what all functions of a type have in common. */
export function waitingFunctions(signature: CoreSignature): MakeWaiting {
  const module = waitingModule(signature)
  return (instantiation, begin) => {
    const { scheduler } = instantiation
    let outcome: Outcome = { value: undefined }
    const { exports } = new WebAssembly.Instance(module, {
      '': {
        begin: (...args: unknown[]) => {
          outcome = settled(scheduler, begin(...args))
          return 'wait' in outcome ? 1 : 0
        },
        take: () => ('value' in outcome ? outcome.value : undefined),
        // V8 suspends the guest whether a promise is returned or not.
        wait: suspending(() => scheduler.suspend('wait' in outcome ? outcome.wait : () => undefined)),
      },
    })
    return functionOf(exports, 'run')
  }
}

/** Where the stack can't be suspended, the threads of the instance that have not begun yet are all that can end the wait. */
function settled(scheduler: Scheduler, outcome: Outcome): Outcome {
  const thread = scheduler.thread()
  if ('value' in outcome || thread.canSuspend) return outcome
  let value: (() => unknown) | undefined
  outcome.wait((made) => {
    value = made
  })
  const { ready } = thread.instance.threads
  while (value === undefined) {
    const [next] = ready
    if (next === undefined) return trap(CANNOT_BLOCK)
    ready.delete(next)
    beginWithin(thread, next)
  }
  return { value: value() }
}

/** Begins another thread of the instance in the midst of one. */
export function beginWithin({ instance }: Thread, other: InstanceThread): void {
  const { start } = other
  other.start = undefined
  instance.exit()
  start?.()
  instance.enter()
}

function suspending(wait: () => Promise<unknown>): object {
  const { Suspending } = WebAssembly
  return Suspending === undefined ? trap('there is no JSPI') : new Suspending(wait)
}

/** Calls functions of one type on their own stack, and notifies the scheduler when they have returned. */
export type MakeEntering = (
  instantiation: Instantiation,
  func: CoreFunction,
) => (...args: unknown[]) => Promise<unknown>

export function enteringFunctions(signature: CoreSignature): MakeEntering {
  const module = enteringModule(signature)
  return ({ scheduler }, func) => {
    const done = (returned: unknown) => scheduler.ended(returned)
    const { exports } = new WebAssembly.Instance(module, { '': { func, done } })
    return promising(functionOf(exports, 'run'))
  }
}

/** The same guest function on its own stack. What it throws rejects the promise. */
export function promising(func: CoreFunction): (...args: unknown[]) => Promise<unknown> {
  const { promising: wrap } = WebAssembly
  return wrap === undefined ? trap('there is no JSPI') : wrap(func)
}

export function functionOf(exports: WebAssembly.Exports, name: string): CoreFunction {
  const found = exports[name]
  if (!isFunction(found)) throw new Error(`an adapter exports no function ${name}`)
  return found
}

const isFunction = (value: unknown): value is CoreFunction => typeof value === 'function'
