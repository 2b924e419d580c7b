import type { CallContext } from '../abi/call-context.js'
import type { CanonPlan } from '../abi/canon-plan.js'
import type { InstanceState } from '../abi/instance-state.js'
import { trap } from '../abi/trap.js'
import type { TypeId } from '../abi/type-ids.js'
import type { Resolve } from './function.js'
import { CANCELLED, type Event, type WaitableSet } from './waitable.js'

/** The part of the scheduler that a task needs. */
type Turns = {
  later(job: () => void): void
  nextTurn(job: () => void): () => void
}

export type TaskOptions = {
  readonly scheduler: Turns
  readonly call: CallContext
  readonly shape: { readonly async: boolean; readonly resultId: TypeId | undefined }
  /** The options with which its function is lifted. */
  readonly canon: CanonPlan
  /** Whether its function is lifted with the option `async`. */
  readonly isAsync: boolean
  readonly resolve: Resolve
  /** Called once, when its last thread has ended. */
  readonly exit?: (() => void) | undefined
}

/** Receives an event; `first`: before anything else is done. */
export type Go = (event: Event, first: boolean) => void

/** One call of a function that a component exports. */
export class Task {
  readonly call: CallContext
  readonly shape: TaskOptions['shape']
  readonly canon: CanonPlan
  readonly isAsync: boolean
  readonly #scheduler: Turns
  readonly #resolve: Resolve
  readonly #exit: (() => void) | undefined
  #state: 'running' | 'cancel-pending' | 'cancel-delivered' | 'resolved' = 'running'
  #threads = 1
  /** Each ends a wait of one of its threads that a cancellation may interrupt. */
  readonly #interrupts = new Set<() => void>()

  constructor({ scheduler, call, shape, canon, isAsync, resolve, exit }: TaskOptions) {
    this.call = call
    this.shape = shape
    this.canon = canon
    this.isAsync = isAsync
    this.#scheduler = scheduler
    this.#resolve = resolve
    this.#exit = exit
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

  /** Another thread runs for it. */
  join(): void {
    this.#threads += 1
  }

  /** One of its threads has ended. */
  leave(): void {
    this.#threads -= 1
    if (this.#threads > 0) return
    if (!this.isResolved) trap('an async function ended without task.return')
    this.#exit?.()
  }

  /** `task.return`. */
  return(value: unknown): void {
    this.#end()
    this.#resolve({ value })
  }

  /** `task.cancel`. */
  confirmCancel(): void {
    if (this.#state !== 'cancel-delivered') trap('task.cancel for a task that was not asked to end')
    this.#end()
    this.#resolve(undefined)
  }

  requestCancel(): void {
    if (this.#state !== 'running') return
    this.#state = 'cancel-pending'
    for (const interrupt of this.#interrupts) {
      this.#state = 'cancel-delivered'
      interrupt()
      return
    }
  }

  /** Whether a cancellation must be delivered to the guest now. */
  deliverCancel(cancellable: boolean): boolean {
    if (!cancellable || this.#state !== 'cancel-pending') return false
    this.#state = 'cancel-delivered'
    return true
  }

  /** A cancellation ends the wait, until the returned function is called. */
  interruptible(interrupt: () => void): () => void {
    this.#interrupts.add(interrupt)
    return () => void this.#interrupts.delete(interrupt)
  }

  /** Takes one event of a set, or the cancellation of this task if that can be delivered. */
  waitFor(set: WaitableSet, cancellable: boolean, go: Go): void {
    set.waiting += 1
    const taken: Go = (event, first) => {
      set.waiting -= 1
      go(event, first)
    }
    const attempt = () =>
      this.#wait(cancellable, taken, (proceed) =>
        set.whenEvent(() =>
          proceed(() => {
            // Another task may have taken it meanwhile.
            if (set.hasEvent) taken(set.takeEvent(), false)
            else attempt()
          }),
        ),
      )
    attempt()
  }

  /** Lets other threads run. */
  yield(cancellable: boolean, go: Go, event: Event): void {
    this.#wait(cancellable, go, (proceed) => this.#scheduler.nextTurn(() => proceed(() => go(event, false))))
  }

  #wait(cancellable: boolean, go: Go, begin: (proceed: (job: () => void) => void) => () => void): void {
    if (this.deliverCancel(cancellable)) {
      this.#scheduler.later(() => go(CANCELLED, false))
      return
    }
    let isOver = false
    const once = (job: () => void) => {
      if (isOver) return
      isOver = true
      settle?.()
      job()
    }
    const interrupt = () => {
      stop()
      once(() => go(CANCELLED, true))
    }
    const settle = cancellable ? this.interruptible(interrupt) : undefined
    const stop = begin((job) => once(() => this.#scheduler.later(job)))
  }

  #end(): void {
    if (this.isResolved) trap('a task returned or was cancelled twice')
    this.call.end()
    this.#state = 'resolved'
  }
}
