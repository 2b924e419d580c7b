// Loaded when it is needed: see GUEST_PARTS in host/entries.ts.
import { fstatSync, readSync } from 'node:fs'
import { constants } from 'node:os'
import { Worker } from 'node:worker_threads'
import { Clocks } from '@proplet/wasi/host/clocks.js'
import { HostError, sys } from '@proplet/wasi/host/errors.js'
import type { Input } from '@proplet/wasi/host/stdio.js'
import { createStdinBuffer, SLOT, STATE, STDIN_BYTES } from './stdin-buffer.js'

const STDIN = 0
const NO_BYTES = new Uint8Array(0)
const THREAD = new URL('../host/stdin-thread.js', import.meta.url)
const THREAD_HEAP_MB = 16
/** A thread starts in about 20 ms. */
const START_MS = 2000
const FIRST_ANSWER_NS = 10_000_000n
/** Error numbers of Node.js are negative. */
const EISDIR = -constants.errno.EISDIR

const clocks = new Clocks()

/**
 * Standard input of this process, read only when the guest reads. A guest that waits for nothing else reads directly;
 * when it first reads without waiting, or waits for something else as well, a thread takes over.
 */
export class ProcessInput implements Input {
  readonly #isFile = fstatSync(STDIN).isFile()
  #thread: StdinThread | undefined
  #piece: Uint8Array = NO_BYTES
  #isEnded = false
  #failure: HostError | undefined

  get available(): number {
    return this.#piece.length
  }

  ready(): boolean {
    if (!this.#isAtHand()) this.#peek()
    return this.#isAtHand()
  }

  wait(deadline: bigint | undefined): void {
    if (this.#isAtHand()) return
    if (this.#isFile || (deadline === undefined && this.#thread === undefined)) this.#readHere()
    else {
      this.#ask().wait(deadline)
      this.#collect()
    }
  }

  read(length: number): Uint8Array | undefined {
    if (!this.#isAtHand()) this.#peek()
    if (this.#piece.length === 0) {
      if (this.#failure !== undefined) throw this.#failure
      return this.#isEnded ? undefined : NO_BYTES
    }
    const bytes = this.#piece.subarray(0, length)
    this.#piece = this.#piece.subarray(length)
    return bytes
  }

  notify(done: () => void): () => void {
    if (this.ready()) {
      const soon = setImmediate(done)
      return () => clearImmediate(soon)
    }
    return this.#ask().notify(done)
  }

  #isAtHand(): boolean {
    return this.#piece.length > 0 || this.#isEnded || this.#failure !== undefined
  }

  /** What is available, without waiting. */
  #peek(): void {
    if (this.#isFile) this.#readHere()
    else {
      this.#ask()
      this.#collect()
    }
  }

  #ask(): StdinThread {
    if (this.#thread !== undefined) {
      this.#thread.ask()
      return this.#thread
    }
    this.#thread = new StdinThread()
    this.#thread.ask()
    // Otherwise available data would seem to arrive after the guest's timeout.
    this.#thread.wait(clocks.now('monotonic') + FIRST_ANSWER_NS)
    return this.#thread
  }

  #collect(): void {
    const taken = this.#thread?.take()
    if (taken === undefined) return
    if (taken instanceof HostError) this.#failure = taken
    else this.#accept(taken)
  }

  #readHere(): void {
    const bytes = new Uint8Array(STDIN_BYTES)
    try {
      this.#accept(
        bytes.subarray(
          0,
          sys(() => readSync(STDIN, bytes)),
        ),
      )
    } catch (error) {
      if (!(error instanceof HostError)) throw error
      // Another process has made it non-blocking.
      if (error.code !== 'EAGAIN') this.#failure = error
      else {
        this.#ask().wait(undefined)
        this.#collect()
      }
    }
  }

  #accept(bytes: Uint8Array): void {
    this.#piece = bytes
    this.#isEnded = bytes.length === 0
  }
}

/** The guest's side of the reading thread. It is started once and lives as long as the process. */
class StdinThread {
  readonly #buffer = createStdinBuffer()
  readonly #worker: Worker

  constructor() {
    this.#worker = new Worker(THREAD, {
      workerData: this.#buffer,
      env: {},
      execArgv: ['--no-warnings'],
      resourceLimits: { maxOldGenerationSizeMb: THREAD_HEAP_MB },
    })
    this.#worker.unref()
    Atomics.wait(this.#buffer.control, SLOT.up, 0, START_MS)
  }

  ask(): void {
    const { control } = this.#buffer
    if (Atomics.compareExchange(control, SLOT.state, STATE.idle, STATE.asked) === STATE.idle)
      Atomics.notify(control, SLOT.state)
  }

  /** Blocks until there is an answer, or until `deadline` on the monotonic clock. */
  wait(deadline: bigint | undefined): void {
    const { control } = this.#buffer
    while (Atomics.load(control, SLOT.state) === STATE.asked) {
      const left = deadline === undefined ? Infinity : Number(deadline - clocks.now('monotonic')) / 1e6
      if (left <= 0) return
      Atomics.wait(control, SLOT.state, STATE.asked, left)
    }
  }

  /** The answer to the last request: bytes (none at the end), or undefined if there is none yet. */
  take(): Uint8Array | HostError | undefined {
    const { control, bytes } = this.#buffer
    const length = Atomics.load(control, SLOT.length)
    switch (Atomics.load(control, SLOT.state)) {
      case STATE.some: {
        const taken = Uint8Array.from(bytes.subarray(0, length))
        Atomics.store(control, SLOT.state, STATE.idle)
        return taken
      }
      case STATE.ended:
        return NO_BYTES
      case STATE.failed:
        return failureOf(length)
      default:
        return undefined
    }
  }

  /** Calls `done` in a later turn, once there is an answer; keeps the process alive until then. */
  notify(done: () => void): () => void {
    const { control } = this.#buffer
    const stop = () => {
      this.#worker.off('message', heard)
      this.#worker.unref()
    }
    const heard = () => {
      stop()
      done()
    }
    this.#worker.on('message', heard)
    this.#worker.ref()
    Atomics.store(control, SLOT.aloud, 1)
    // The thread may have answered before it could see that a message was requested.
    if (Atomics.load(control, SLOT.state) === STATE.asked) return stop
    stop()
    const soon = setImmediate(done)
    return () => clearImmediate(soon)
  }
}

/** EIO for errors without a name here. */
const failureOf = (errno: number): HostError =>
  new HostError(errno === EISDIR ? 'EISDIR' : 'EIO', 'standard input failed')
