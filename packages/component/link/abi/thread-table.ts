import { trap } from './trap.js'

/** Each has a stack; as many as the scheduler can suspend. */
const MAX_THREADS = 1_000

/** What one thread needs in order to resume another. */
export type InstanceThread = {
  /** Starts it; undefined once started. */
  start: (() => void) | undefined
  /** Resumes it after `thread.suspend`; undefined if it is not suspended. */
  wake: ((when: 'first' | 'later') => void) | undefined
}

/** The numbered threads of one component instance. Numbers begin with 1. */
export class ThreadTable {
  readonly #threads: (InstanceThread | undefined)[] = [undefined]
  readonly #free: number[] = []
  /** Threads that are ready to start. */
  readonly ready = new Set<InstanceThread>()

  add(thread: InstanceThread): number {
    const index = this.#free.pop() ?? this.#threads.length
    if (index > MAX_THREADS) trap(`more than ${MAX_THREADS} threads in a component instance`)
    this.#threads[index] = thread
    return index
  }

  get(index: number): InstanceThread {
    return this.#threads[index] ?? trap(`unknown thread index ${index}`)
  }

  remove(index: number): void {
    this.#threads[index] = undefined
    this.#free.push(index)
  }
}
