import { trap } from '../abi/trap.js'
import type { Task } from './task.js'
import type { Storage, Thread } from './thread.js'

/** Steps in a row before timers are checked. */
const TURNS_WITHOUT_TIMERS = 256
/**
 * Each suspended task has a stack outside of V8's heap, of 5 KB to 1 MB. Node.js 24 has room for about 800 that one call begins.
 */
const MAX_SUSPENDED = 500

/** A call from outside that has not ended. */
export type OpenCall = {
  failed(error: unknown): void
  /** Nothing can happen any more. */
  idle(): void
}

/** Resumes a suspended guest, with a value computed then: after all others, or as the first or the second of all. */
export type GoOn = (value: () => unknown, when?: 'first' | 'second' | 'later') => void

/**
 * Runs the threads of one run, one piece of guest code at a time. A piece begins with a call from JavaScript, or when V8 resumes
 * a suspended guest in a turn of its own; nothing else may begin until the piece is over. A call made by a guest runs within the
 * same piece, until it blocks or ends.
 */
export class Scheduler {
  /** The thread whose code runs. */
  current: Thread | undefined
  /** The values of `context.get` outside of any thread. */
  readonly #storage: Storage = [0, 0]
  readonly #ready: (() => void)[] = []
  /** Jobs that precede all others: one guest has handed over to another. */
  readonly #first: (() => void)[] = []
  readonly #calls = new Set<OpenCall>()
  #resumed: Thread | undefined
  /** Functions that cancel pending host work. */
  readonly #outside = new Set<() => void>()
  #turns = 0
  #suspended = 0
  #isDue = false
  #isWatched = false
  /** A guest threw; the exception becomes known in the next microtask. */
  #isHalted = false
  #isDead = false

  /** The thread that made the current call. */
  thread(): Thread {
    return this.current ?? trap('a built-in function was called outside of any task')
  }

  task(): Task {
    return this.thread().task
  }

  get storage(): Storage {
    return this.current?.storage ?? this.#storage
  }

  /** How many jobs were put before all others so far. */
  get handedOver(): number {
    return this.#first.length
  }

  open(call: OpenCall): void {
    this.checkAlive()
    this.#calls.add(call)
    this.#watch()
  }

  checkAlive(): void {
    if (this.#isDead || this.#isHalted) trap('cannot enter component instance: the component trapped')
  }

  close(call: OpenCall): void {
    this.#calls.delete(call)
  }

  /** Ends all calls with an error that ends the guest. */
  readonly fail = (error: unknown): void => {
    const calls = [...this.#calls]
    this.stop()
    for (const call of calls) call.failed(error)
  }

  /** Stops the guest, whatever it still waits for. */
  stop(): void {
    this.#isDead = true
    this.#calls.clear()
    this.#ready.length = 0
    this.#first.length = 0
    for (const stop of [...this.#outside]) stop()
  }

  /** Runs the job once no guest code runs; jobs run in order. */
  later(job: () => void): void {
    if (this.#isDead) return
    this.#ready.push(job)
    this.#wake()
  }

  /** Host work that is waited for: `begin` starts it and returns a function that cancels it, and so does this. */
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

  /** Runs the job after other work and timers that are due. */
  nextTurn(job: () => void): () => void {
    return this.outside((done) => {
      const immediate = setImmediate(() => done(job))
      return () => clearImmediate(immediate)
    })
  }

  /** Runs code that V8 can suspend, until it blocks or ends; `onEnd` receives its result, then or later. */
  run(thread: Thread, code: () => Promise<unknown>, onEnd: (returned: unknown) => void): void {
    const before = this.current
    this.current = thread
    thread.instance.enter()
    thread.begin(onEnd)
    code().then(undefined, this.fail)
    if (!thread.isRunning) {
      thread.instance.exit()
      this.current = before
      return
    }
    this.#isHalted = true
    if (before !== undefined) trap('a function that was called trapped')
  }

  /** The code given to `run` has returned. */
  ended(returned: unknown): void {
    const thread = this.thread()
    thread.onEnd(returned)
    thread.isRunning = false
    this.endPiece(thread)
  }

  /** Runs code that cannot be suspended and that enters the instance itself. */
  within<T>(thread: Thread, code: () => T): T {
    const before = this.current
    this.current = thread
    thread.isRunning = true
    try {
      return code()
    } finally {
      thread.isRunning = false
      this.current = before
    }
  }

  /** Suspends the guest; `begin` receives the function that resumes it. */
  suspend(begin: (goOn: GoOn) => void): Promise<unknown> {
    const thread = this.thread()
    if (this.#suspended >= MAX_SUSPENDED) trap(`more than ${MAX_SUSPENDED} tasks are suspended`)
    this.#suspended += 1
    thread.isRunning = false
    this.endPiece(thread)
    return new Promise((resolve) => {
      const goOn: GoOn = (value, when = 'later') => {
        const job = () => {
          this.#suspended -= 1
          thread.instance.enter()
          thread.isReady = false
          thread.isRunning = true
          this.current = thread
          this.#resumed = thread
          resolve(value())
        }
        thread.isReady = true
        if (when === 'later') this.later(job)
        else this.#handOver(job, when === 'first' ? 0 : 1)
      }
      // A rejected promise would be an exception that the guest can catch.
      try {
        begin(goOn)
      } catch (error) {
        this.fail(error)
      }
    })
  }

  /** A resumed guest has ended or blocked again. */
  endPiece(thread: Thread): void {
    if (this.#resumed !== thread) return
    thread.instance.exit()
    this.#resumed = undefined
    this.current = undefined
    this.#wake()
  }

  #handOver(job: () => void, place: number): void {
    if (this.#isDead) return
    this.#first.splice(place, 0, job)
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
      while (this.#resumed === undefined && !this.#isHalted) {
        const job = this.#first.shift() ?? this.#ready.shift()
        if (job === undefined) break
        job()
      }
    } catch (error) {
      this.fail(error)
    }
    this.#watch()
  }

  get #isIdle(): boolean {
    const jobs = this.#ready.length + this.#first.length
    return this.#outside.size === 0 && jobs === 0 && this.#resumed === undefined && !this.#isDue
  }

  /** Once all promises have settled by the next turn and no host work is pending, nothing more can happen. */
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
