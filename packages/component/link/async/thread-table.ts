import { trap } from '../trap.js'
import type { Thread } from './thread.js'

/** Each has a stack; as many as the scheduler lets wait. */
const MAX_THREADS = 1_000

/** The threads of one component instance that have a number. 0 is none. */
export class ThreadTable {
  readonly #threads: (Thread | undefined)[] = [undefined]
  readonly #free: number[] = []
  /** Those that have not begun and are to. */
  readonly ready = new Set<Thread>()

  add(thread: Thread): number {
    const index = this.#free.pop() ?? this.#threads.length
    if (index > MAX_THREADS) trap(`more than ${MAX_THREADS} threads in a component instance`)
    this.#threads[index] = thread
    return index
  }

  get(index: number): Thread {
    return this.#threads[index] ?? trap(`unknown thread index ${index}`)
  }

  remove(index: number): void {
    this.#threads[index] = undefined
    this.#free.push(index)
  }
}
