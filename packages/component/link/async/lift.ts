import { callContext, type CanonPlan } from '../canon.js'
import type { CallContext } from '../abi/call-context.js'
import { resolveFunction, type CoreItem } from '../core-item.js'
import type { FunctionShape, LinkedFunction } from '../function.js'
import { liftResult, lowerArguments, makeLifted } from '../lift.js'
import type { ComponentFunction, CoreFunction, Run } from '../run.js'
import { trap } from '../trap.js'
import type { AsyncCall, AsyncFunction } from './function.js'
import { promising } from './jspi.js'
import type { Scheduler } from './scheduler.js'
import { Task } from './task.js'
import { NO_EVENT, WaitableSet, type Event } from './waitable.js'

/** How the core function of a lift is called. */
type LiftPlan = CanonPlan & { readonly isAsync: boolean; readonly callback: CoreItem | undefined }

const CALLBACK = { exit: 0, yield: 1, wait: 2 } as const

/** `canon lift` in a component that has to do with WASI 0.3: each call is a task. */
export function liftedAsTask(shape: FunctionShape, callee: CoreItem, canon: LiftPlan): LinkedFunction {
  const start = (run: Run): AsyncFunction => makeStart(run, shape, callee, canon)
  if (shape.async)
    return { shape, start, make: () => () => trap('an async function is called by one that is not') }
  return { shape, start: undefined, make: (run) => makeSynchronous(run, shape, callee, canon) }
}

function makeSynchronous(
  run: Run,
  shape: FunctionShape,
  callee: CoreItem,
  canon: LiftPlan,
): ComponentFunction {
  const func = makeLifted(run, shape, callee, canon)
  const { scheduler } = run
  const call = callContext(run, canon)
  return (args) => {
    const { current: caller } = scheduler
    const task = new Task({ scheduler, call, shape, isAsync: false, caller, resolve: () => undefined })
    task.checkRecursion()
    return scheduler.within(task, () => func(args))
  }
}

type Core = {
  readonly scheduler: Scheduler
  readonly shape: FunctionShape
  readonly isAsync: boolean
  readonly func: (...args: unknown[]) => Promise<unknown>
  readonly callback: ((...args: unknown[]) => Promise<unknown>) | undefined
  readonly postReturn: CoreFunction | undefined
  readonly newCall: () => CallContext
}

function makeStart(run: Run, shape: FunctionShape, callee: CoreItem, canon: LiftPlan): AsyncFunction {
  const core: Core = {
    scheduler: run.scheduler,
    shape,
    isAsync: canon.isAsync,
    func: promising(resolveFunction(run, callee)),
    callback: canon.callback && promising(resolveFunction(run, canon.callback)),
    postReturn: canon.postReturn && resolveFunction(run, canon.postReturn),
    newCall: () => callContext(run, canon),
  }
  return (options) => new LiftedCall(core, options).enter()
}

class LiftedCall implements AsyncCall {
  readonly #core: Core
  readonly #options: Parameters<AsyncFunction>[0]
  readonly #task: Task
  /** It may not run beside another such task of its instance. */
  readonly #exclusive: boolean
  #leaveQueue: (() => void) | undefined

  constructor(core: Core, options: Parameters<AsyncFunction>[0]) {
    const { scheduler, shape, isAsync, newCall, callback } = core
    const { caller, resolve } = options
    this.#core = core
    this.#options = options
    this.#exclusive = !isAsync || callback !== undefined
    this.#task = new Task({ scheduler, call: newCall(), shape, isAsync, caller, resolve })
  }

  enter(): this {
    this.#task.checkRecursion()
    const { scheduler } = this.#core
    const { gate } = this.#task.instance
    if (gate.admit(this.#exclusive)) this.#begin()
    else
      this.#leaveQueue = gate.queue(this.#exclusive, () => {
        this.#leaveQueue = undefined
        scheduler.later(() => this.#begin())
      })
    return this
  }

  cancel(): void {
    if (this.#leaveQueue === undefined) {
      this.#task.requestCancel()
      return
    }
    this.#leaveQueue()
    this.#options.resolve(undefined)
    this.#options.exit?.()
  }

  #begin(): void {
    const { func, shape, isAsync, callback } = this.#core
    const args = this.#options.begin()
    this.#run(
      () => func(...lowerArguments(this.#task.call, shape, args)),
      isAsync ? (callback === undefined ? () => this.#exit() : this.#next) : this.#returned,
    )
  }

  #run(code: () => Promise<unknown>, then: (returned: unknown) => void): void {
    const { scheduler } = this.#core
    scheduler.enter(this.#task, code).then((returned) => {
      scheduler.endPiece(this.#task)
      try {
        then(returned)
      } catch (error) {
        scheduler.fail(error)
      }
    }, scheduler.fail)
  }

  /** What it is lifted from is synchronous. */
  readonly #returned = (returned: unknown): void => {
    const { scheduler, shape, postReturn } = this.#core
    const { instance, call } = this.#task
    this.#task.return(liftResult(call, shape, returned))
    if (postReturn !== undefined) {
      instance.mayLeave = false
      scheduler.enter(this.#task, () => (shape.result === undefined ? postReturn() : postReturn(returned)))
      instance.mayLeave = true
    }
    this.#exit()
  }

  /** Goes on as the callback function, or the function before its first call, has asked for. */
  readonly #next = (returned: unknown): void => {
    const packed = typeof returned === 'number' ? returned >>> 0 : trap('a callback did not return an i32')
    const code = packed & 0xf
    const task = this.#task
    if (code === CALLBACK.exit) {
      this.#exit()
      return
    }
    if (this.#exclusive) task.instance.gate.release()
    if (code === CALLBACK.yield) task.yield(true, this.#callback, NO_EVENT)
    else if (code === CALLBACK.wait)
      task.waitFor(task.instance.handles.entry(packed >>> 4, WaitableSet), true, this.#callback)
    else trap(`a callback returned the code ${code}`)
  }

  readonly #callback = (event: Event): void => {
    const { callback, scheduler } = this.#core
    if (callback === undefined) return
    const call = () => this.#run(() => callback(...event), this.#next)
    if (this.#exclusive) this.#task.instance.gate.take(() => scheduler.later(call))
    else call()
  }

  #exit(): void {
    if (!this.#task.isResolved) trap('an async function ended without task.return')
    if (this.#exclusive) this.#task.instance.gate.release()
    this.#options.exit?.()
  }
}
