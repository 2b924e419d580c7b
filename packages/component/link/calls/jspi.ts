import { enteringModule, waitingModule, type CoreSignature } from './adapter.js'
import type { CoreFunction, Instantiation } from './instantiation.js'
import { trap } from '../abi/trap.js'
import type { GoOn, Scheduler } from '../async/scheduler.js'
import type { InstanceThread } from '../abi/thread-table.js'
import type { Thread } from '../async/thread.js'

/** Whether this Node.js can suspend a guest during a call, by JavaScript Promise Integration. */
export const hasJspi = (): boolean => WebAssembly.Suspending !== undefined

const CANNOT_BLOCK = 'cannot block a synchronous task before returning'

/**
 * Traps if a guest that must not block makes a call that may block. Threads of its instance that are ready to start may run
 * meanwhile, whichever thread makes the call.
 */
export function checkMayBlock({ task, instance }: Thread): void {
  if (!task.mayBlock && instance.threads.ready.size === 0) trap(CANNOT_BLOCK)
}

/** The result of a call that may block: a value, or something to wait for. */
export type Outcome = { readonly value: unknown } | { readonly wait: (goOn: GoOn) => void }

/** Creates functions of one type in which the guest can be suspended. */
export type MakeWaiting = (instantiation: Instantiation, begin: (...args: unknown[]) => Outcome) => object

/** Compiles the part that all functions of a type share. */
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
        // V8 suspends the guest whether or not a promise is returned.
        wait: suspending(() => scheduler.suspend('wait' in outcome ? outcome.wait : () => undefined)),
      },
    })
    return functionOf(exports, 'run')
  }
}

/** If the stack cannot be suspended, only threads of the instance that have not started yet can end the wait. */
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

/** Starts another thread of the instance from within a thread. */
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

/** Calls functions of one type on a stack of their own, and notifies the scheduler when they return. */
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

/** The same guest function on a stack of its own. An exception rejects the promise. */
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
