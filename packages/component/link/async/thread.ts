import type { InstanceState } from '../abi/instance-state.js'
import type { InstanceThread } from '../abi/thread-table.js'
import type { Task } from './task.js'

/** What a thread keeps in its two slots: numbers of the type i32 or i64. */
export type Storage = [number | bigint, number | bigint]

/** Runs code that begins with empty slots, and restores their values. */
export function withEmpty<T>(storage: Storage, code: () => T): T {
  const [first, second] = storage
  storage.fill(0)
  const returned = code()
  storage[0] = first
  storage[1] = second
  return returned
}

/** Guest code with a stack of its own. Each task starts with one thread and can create more. */
export class Thread implements InstanceThread {
  readonly task: Task
  /** Whether V8 can suspend its stack; false for code that is called like an ordinary function. */
  readonly canSuspend: boolean
  /** The values of `context.get`. */
  readonly storage: Storage = [0, 0]
  /** It has neither ended nor is it suspended. Code that it called may run within it. */
  isRunning = false
  /** It will run without any further event. */
  isReady = false
  start: (() => void) | undefined
  wake: ((when: 'first' | 'later') => void) | undefined
  /** Called when its function has returned. */
  onEnd: (returned: unknown) => void = () => undefined
  #index = 0

  constructor(task: Task, canSuspend: boolean) {
    this.task = task
    this.canSuspend = canSuspend
  }

  get instance(): InstanceState {
    return this.task.instance
  }

  /** Its number in the instance; allocated on demand, because most threads never need it. */
  get index(): number {
    if (this.#index === 0) this.#index = this.instance.threads.add(this)
    return this.#index
  }

  /** Its function is called; `onEnd` will receive the result. */
  begin(onEnd: (returned: unknown) => void): void {
    this.isReady = false
    this.isRunning = true
    this.onEnd = onEnd
  }

  /** Its function has returned. */
  leave(): void {
    if (this.#index !== 0) this.instance.threads.remove(this.#index)
    this.task.leave()
  }
}
