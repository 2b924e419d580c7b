import type { InstanceState } from '../abi/instance-state.js'
import type { InstanceThread } from '../abi/thread-table.js'
import type { Task } from './task.js'

/** Guest code with its own stack. Each task starts with one, and can create more. */
export class Thread implements InstanceThread {
  readonly task: Task
  /** V8 can suspend its stack; false for code that was called as any function is. */
  readonly canSuspend: boolean
  /** What `context.get` gives. */
  readonly storage: [number, number] = [0, 0]
  /** It has neither ended nor waits. What it called may run in the midst of it. */
  isRunning = false
  /** It is going to run: nothing else has to happen first. */
  isReady = false
  start: (() => void) | undefined
  wake: ((when: 'first' | 'later') => void) | undefined
  /** What follows once its function has returned. */
  onEnd: (returned: unknown) => void = () => undefined
  #index = 0

  constructor(task: Task, canSuspend: boolean) {
    this.task = task
    this.canSuspend = canSuspend
  }

  get instance(): InstanceState {
    return this.task.instance
  }

  /** Its number in the instance, which most threads are never asked for. */
  get index(): number {
    if (this.#index === 0) this.#index = this.instance.threads.add(this)
    return this.#index
  }

  /** Its function is called; `onEnd` is called with what it returns. */
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
