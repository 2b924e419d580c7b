import { trap } from '../trap.js'
import type { Task } from './task.js'

/** So often in a row it goes on without a look at timers. */
const TURNS_WITHOUT_TIMERS = 256
/** Each has a stack that is not on V8's heap, of 5 KB and up to 1 MB. Node.js 24 has room for some 800 that one call begins. */
const MAX_SUSPENDED = 500

/** A call from outside that has not ended. */
export type OpenCall = {
  failed(error: unknown): void
  /** Nothing can happen any more. */
  idle(): void
}

/**
 * Runs the tasks of one run, one piece of guest code at a time. A piece begins with a call from JavaScript, or where a guest
 * that waited goes on; that is V8's doing, in a turn of its own, so nothing else may begin before that piece is over.
 */
export class Scheduler {
  /** Whose code runs. */
  current: Task | undefined
  /** What `context.get` gives while a component is instantiated. */
  readonly #storage: [number, number] = [0, 0]
  readonly #ready: (() => void)[] = []
  readonly #calls = new Set<OpenCall>()
  #resumed: Task | undefined
  /** What takes back the work of the host that is waited for. */
  readonly #outside = new Set<() => void>()
  #turns = 0
  #suspended = 0
  #isDue = false
  #isWatched = false
  #isDead = false

  /** The task whose code makes the call that is being answered. */
  task(): Task {
    return this.current ?? trap('a built-in function was called outside of any task')
  }

  get storage(): [number, number] {
    return this.current?.storage ?? this.#storage
  }

  open(call: OpenCall): void {
    if (this.#isDead) trap('a component was called that trapped')
    this.#calls.add(call)
    this.#watch()
  }

  close(call: OpenCall): void {
    this.#calls.delete(call)
  }

  /** Ends all calls: what was thrown ends the guest. */
  readonly fail = (error: unknown): void => {
    const calls = [...this.#calls]
    this.stop()
    for (const call of calls) call.failed(error)
  }

  /** Nothing of the guest runs from now on, whatever it still waits for. */
  stop(): void {
    this.#isDead = true
    this.#calls.clear()
    this.#ready.length = 0
    for (const stop of [...this.#outside]) stop()
  }

  /** Does it once no guest code runs, in order. */
  later(job: () => void): void {
    if (this.#isDead) return
    this.#ready.push(job)
    this.#wake()
  }

  /**
   * Work of the host, which is waited for: `begin` starts it and returns what takes it back. So does the function that is returned.
   */
  outside(begin: (done: (job: () => void) => void) => () => void): () => void {
    const cancel = () => {
      if (this.#outside.delete(cancel)) stop()
      this.#watch()
    }
    this.#outside.add(cancel)
    const stop = begin((job) => {
      if (this.#outside.delete(cancel)) this.later(job)
    })
    return cancel
  }

  /** After other work and timers that are due. */
  nextTurn(job: () => void): () => void {
    return this.outside((done) => {
      const immediate = setImmediate(() => done(job))
      return () => clearImmediate(immediate)
    })
  }

  /** Runs code of a task's instance, as far as it goes without waiting. */
  enter<T>(task: Task, code: () => T): T {
    const before = this.current
    this.current = task
    task.instance.enter()
    const returned = code()
    task.instance.exit()
    this.current = before
    return returned
  }

  /** The same for code that enters the instance itself. */
  within<T>(task: Task, code: () => T): T {
    const before = this.current
    this.current = task
    const returned = code()
    this.current = before
    return returned
  }

  /** Lets the guest wait in the midst of its code; `begin` is given what lets it go on, with the value made then. */
  suspend(begin: (goOn: (value: () => unknown) => void) => void): Promise<unknown> {
    const task = this.task()
    if (!task.mayBlock) trap('a function that is not async has to wait')
    this.#suspended += 1
    if (this.#suspended > MAX_SUSPENDED)
      trap(`more than ${MAX_SUSPENDED} tasks wait in the midst of their code`)
    if (this.#resumed === task) this.endPiece(task)
    return new Promise((resolve) => {
      const goOn = (value: () => unknown) =>
        this.later(() => {
          this.#suspended -= 1
          task.instance.enter()
          this.current = task
          this.#resumed = task
          resolve(value())
        })
      // A promise that was rejected would be an exception that the guest can catch.
      try {
        begin(goOn)
      } catch (error) {
        this.fail(error)
      }
    })
  }

  /** A guest that went on is done, or waits again. */
  endPiece(task: Task): void {
    if (this.#resumed !== task) return
    task.instance.exit()
    this.#resumed = undefined
    this.current = undefined
    this.#wake()
  }

  #wake(): void {
    if (this.#isDue || this.#resumed !== undefined) return
    this.#isDue = true
    this.#turns += 1
    if (this.#turns % TURNS_WITHOUT_TIMERS === 0) setImmediate(this.#drain)
    else queueMicrotask(this.#drain)
  }

  readonly #drain = (): void => {
    this.#isDue = false
    try {
      while (this.#resumed === undefined) {
        const job = this.#ready.shift()
        if (job === undefined) break
        job()
      }
    } catch (error) {
      this.fail(error)
    }
    this.#watch()
  }

  get #isIdle(): boolean {
    return this.#outside.size === 0 && this.#ready.length === 0 && this.#resumed === undefined && !this.#isDue
  }

  /** When all promises have settled by the next turn and nothing is waited for from outside, nothing will happen any more. */
  #watch(): void {
    if (this.#isWatched || !this.#isIdle || this.#calls.size === 0) return
    this.#isWatched = true
    setImmediate(() => {
      this.#isWatched = false
      if (!this.#isIdle) return
      for (const call of [...this.#calls]) call.idle()
    })
  }
}
