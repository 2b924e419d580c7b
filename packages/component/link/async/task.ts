import type { CallContext } from '../abi/call-context.js'
import type { FunctionShape } from '../function.js'
import type { InstanceState } from '../instance-state.js'
import { trap } from '../trap.js'
import type { Resolve } from './function.js'
import type { Scheduler } from './scheduler.js'
import { CANCELLED, type Event, type WaitableSet } from './waitable.js'

export type TaskOptions = {
  readonly scheduler: Scheduler
  readonly call: CallContext
  readonly shape: FunctionShape
  /** It is lifted with the option `async`. */
  readonly isAsync: boolean
  /** The task that called it; undefined: the host did. */
  readonly caller: Task | undefined
  readonly resolve: Resolve
}

/** One call of a function that a component exports, and its only thread. */
export class Task {
  readonly call: CallContext
  readonly shape: FunctionShape
  readonly isAsync: boolean
  /** What `context.get` gives. */
  readonly storage: [number, number] = [0, 0]
  readonly #scheduler: Scheduler
  readonly #caller: Task | undefined
  readonly #resolve: Resolve
  #state: 'running' | 'cancel-pending' | 'cancel-delivered' | 'resolved' = 'running'
  /** Ends the wait that it is in, if a cancellation may do that. */
  #interrupt: (() => void) | undefined

  constructor({ scheduler, call, shape, isAsync, caller, resolve }: TaskOptions) {
    this.call = call
    this.shape = shape
    this.isAsync = isAsync
    this.#scheduler = scheduler
    this.#caller = caller
    this.#resolve = resolve
  }

  get instance(): InstanceState {
    return this.call.instance
  }

  get isResolved(): boolean {
    return this.#state === 'resolved'
  }

  get mayBlock(): boolean {
    return this.shape.async || this.isResolved
  }

  /** An instance can't be called by what it called itself. */
  checkRecursion(): void {
    for (let task = this.#caller; task !== undefined; task = task.#caller)
      if (task.instance === this.instance) trap('a component instance was called by what it called itself')
  }

  /** `task.return`. */
  return(value: unknown): void {
    this.#end()
    this.#resolve({ value })
  }

  /** `task.cancel`. */
  confirmCancel(): void {
    if (this.#state !== 'cancel-delivered') trap('task.cancel of a task that was not asked to end')
    this.#end()
    this.#resolve(undefined)
  }

  requestCancel(): void {
    if (this.#state !== 'running') return
    const interrupt = this.#interrupt
    this.#state = interrupt === undefined ? 'cancel-pending' : 'cancel-delivered'
    interrupt?.()
  }

  /** Whether a guest that can be told has to be told now that it is cancelled. */
  deliverCancel(cancellable: boolean): boolean {
    if (!cancellable || this.#state !== 'cancel-pending') return false
    this.#state = 'cancel-delivered'
    return true
  }

  /** Takes one event of a set, the cancellation of this task, if it can be told, among them. */
  waitFor(set: WaitableSet, cancellable: boolean, go: (event: Event) => void): void {
    const attempt = () =>
      this.#interruptible(cancellable, go, (proceed) =>
        set.whenEvent(() =>
          proceed(() => {
            // Another task may have taken it meanwhile.
            if (set.hasEvent) go(set.takeEvent())
            else attempt()
          }),
        ),
      )
    attempt()
  }

  /** Lets others run. */
  yield(cancellable: boolean, go: (event: Event) => void, event: Event): void {
    this.#interruptible(cancellable, go, (proceed) =>
      this.#scheduler.nextTurn(() => proceed(() => go(event))),
    )
  }

  #interruptible(
    cancellable: boolean,
    go: (event: Event) => void,
    begin: (proceed: (job: () => void) => void) => () => void,
  ): void {
    if (this.deliverCancel(cancellable)) {
      this.#scheduler.later(() => go(CANCELLED))
      return
    }
    let isOver = false
    const proceed = (job: () => void) => {
      if (isOver) return
      isOver = true
      this.#interrupt = undefined
      this.#scheduler.later(job)
    }
    if (cancellable)
      this.#interrupt = () => {
        stop()
        proceed(() => go(CANCELLED))
      }
    const stop = begin(proceed)
  }

  #end(): void {
    if (this.isResolved) trap('a task returned or was cancelled twice')
    this.call.end()
    this.#state = 'resolved'
  }
}
