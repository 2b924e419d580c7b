import { callContext } from './canon.js'
import type { CanonPlan, CoreItem } from '../abi/canon-plan.js'
import type { CallContext } from '../abi/call-context.js'
import type { CoreSignature } from './adapter.js'
import { resolveFunction } from './core-item.js'
import type { FunctionShape } from './function.js'
import type { LinkedFunction, ComponentFunction, CoreFunction, Instantiation } from './instantiation.js'
import { liftResult, lowerArguments, makeLifted } from './lift.js'
import { trap } from '../abi/trap.js'
import type { AsyncCall, AsyncFunction } from '../async/function.js'
import type { MakeEntering } from './jspi.js'
import type { Scheduler } from '../async/scheduler.js'
import { Task } from '../async/task.js'
import { Thread } from '../async/thread.js'
import { NO_EVENT, WaitableSet, type Event } from '../async/waitable.js'

/** How to call the core function of a lift. */
export type LiftPlan = CanonPlan & {
  readonly entering: MakeEntering
  readonly enteringCallback: MakeEntering
  readonly isAsync: boolean
  readonly callback: CoreItem | undefined
}

const CALLBACK = { exit: 0, yield: 1, wait: 2 } as const
export const CALLBACK_SIGNATURE: CoreSignature = { params: ['i32', 'i32', 'i32'], results: ['i32'] }

/** `canon lift` in a component that uses WASI 0.3: each call is a task. */
export function liftedAsTask(shape: FunctionShape, callee: CoreItem, canon: LiftPlan): LinkedFunction {
  const { instance } = canon
  if (!shape.async)
    return {
      shape,
      instance,
      start: undefined,
      make: (instantiation) => makeSynchronous(instantiation, shape, callee, canon),
    }
  const start = startOf(shape, callee, canon)
  return { shape, instance, start, make: () => () => trap('an async function is called by one that is not') }
}

function makeSynchronous(
  instantiation: Instantiation,
  shape: FunctionShape,
  callee: CoreItem,
  canon: LiftPlan,
): ComponentFunction {
  const call = callContext(instantiation, canon)
  const { scheduler } = instantiation
  const resolve = () => undefined
  const func = makeLifted(instantiation, shape, callee, canon)
  return (args) => {
    scheduler.checkAlive()
    const task = new Task({ scheduler, call, shape, canon, isAsync: false, resolve })
    const thread = new Thread(task, false)
    const result = scheduler.within(thread, () => func(args))
    task.return(undefined)
    thread.leave()
    return result
  }
}

type Core = {
  readonly scheduler: Scheduler
  readonly shape: FunctionShape
  readonly canon: CanonPlan
  readonly isAsync: boolean
  readonly func: (...args: unknown[]) => Promise<unknown>
  readonly callback: ((...args: unknown[]) => Promise<unknown>) | undefined
  readonly postReturn: CoreFunction | undefined
  readonly newCall: () => CallContext
}

function startOf(
  shape: FunctionShape,
  callee: CoreItem,
  canon: LiftPlan,
): (instantiation: Instantiation) => AsyncFunction {
  const { callback, postReturn, entering, enteringCallback } = canon
  return (instantiation) => {
    const core: Core = {
      scheduler: instantiation.scheduler,
      shape,
      canon,
      isAsync: canon.isAsync,
      func: entering(instantiation, resolveFunction(instantiation, callee)),
      callback: callback && enteringCallback(instantiation, resolveFunction(instantiation, callback)),
      postReturn: postReturn && resolveFunction(instantiation, postReturn),
      newCall: () => callContext(instantiation, canon),
    }
    return (options) => new LiftedCall(core, options).enter()
  }
}

class LiftedCall implements AsyncCall {
  readonly #core: Core
  readonly #options: Parameters<AsyncFunction>[0]
  readonly #task: Task
  readonly #thread: Thread
  /** Its thread, if it must not run concurrently with other such tasks of its instance. */
  readonly #exclusive: Thread | undefined
  #state: 'queued' | 'admitted' | 'begun' | 'cancelled' = 'admitted'
  #leaveQueue: () => void = () => undefined

  constructor(core: Core, options: Parameters<AsyncFunction>[0]) {
    const { scheduler, shape, canon, isAsync, newCall, callback } = core
    const { resolve, exit } = options
    this.#core = core
    this.#options = options
    this.#task = new Task({ scheduler, call: newCall(), shape, canon, isAsync, resolve, exit })
    this.#thread = new Thread(this.#task, true)
    this.#exclusive = !isAsync || callback !== undefined ? this.#thread : undefined
  }

  enter(): this {
    const { gate } = this.#task.instance
    if (gate.admit(this.#exclusive)) this.#begin()
    else {
      this.#state = 'queued'
      this.#leaveQueue = gate.queue(this.#exclusive, () => {
        this.#state = 'admitted'
        this.#later(() => this.#begin())
      })
    }
    return this
  }

  get isDue(): boolean {
    return this.#state === 'queued' ? this.#task.instance.gate.isAboutToOpen : this.#state === 'admitted'
  }

  cancel(): void {
    if (this.#state === 'begun') {
      this.#task.requestCancel()
      return
    }
    if (this.#state === 'queued') this.#leaveQueue()
    else if (this.#exclusive !== undefined) this.#task.instance.gate.release()
    this.#state = 'cancelled'
    this.#options.resolve(undefined)
    this.#options.exit?.()
  }

  #begin(): void {
    if (this.#state === 'cancelled') return
    this.#state = 'begun'
    const { func, shape, isAsync, callback, scheduler } = this.#core
    const args = this.#options.begin()
    scheduler.run(
      this.#thread,
      () => func(...lowerArguments(this.#task.call, shape, args)),
      isAsync ? (callback === undefined ? () => this.#exit() : this.#next) : this.#returned,
    )
  }

  /** Ends a call of a synchronous core function. */
  readonly #returned = (returned: unknown): void => {
    const { shape, postReturn } = this.#core
    const { instance, call } = this.#task
    this.#task.return(liftResult(call, shape, returned))
    if (postReturn !== undefined) {
      instance.mayLeave = false
      if (shape.result === undefined) postReturn()
      else postReturn(returned)
      instance.mayLeave = true
    }
    this.#exit()
  }

  /** Continues as the callback function, or the first call of the core function, has requested. */
  readonly #next = (returned: unknown): void => {
    const packed = typeof returned === 'number' ? returned >>> 0 : trap('a callback did not return an i32')
    const code = packed & 0xf
    const task = this.#task
    if (code === CALLBACK.exit) {
      this.#exit()
      return
    }
    if (code > CALLBACK.wait) trap(`unsupported callback code: ${code}`)
    if (this.#exclusive !== undefined) task.instance.gate.release()
    if (code === CALLBACK.yield) task.yield(true, this.#callback, NO_EVENT)
    else task.waitFor(task.instance.handles.entry(packed >>> 4, WaitableSet), true, this.#callback)
  }

  readonly #callback = (event: Event, first: boolean): void => {
    const { callback, scheduler } = this.#core
    if (callback === undefined) return
    const call = () => scheduler.run(this.#thread, () => callback(...event), this.#next)
    const { gate } = this.#task.instance
    if (this.#exclusive === undefined || gate.take(this.#exclusive, () => this.#later(call))) {
      if (first) call()
      else this.#later(call)
    }
  }

  #later(run: () => void): void {
    this.#thread.isReady = true
    this.#core.scheduler.later(run)
  }

  #exit(): void {
    if (this.#exclusive !== undefined) this.#task.instance.gate.release()
    this.#thread.leave()
  }
}
