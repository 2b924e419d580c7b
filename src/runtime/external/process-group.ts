import { spawn, type ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import type { Death } from '../embedded/guests/guest.js'
import type { StreamName } from '../guest/channel/protocol.js'
import { codeOf } from '../../model/code-of.js'

export type ProcessLaunch = {
  readonly program: string
  /** A command line that ends by running the one after it; may be empty. */
  readonly wrapper: readonly string[]
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
}

export type ProcessListener = {
  output(stream: StreamName, data: Uint8Array): void
  /** Called once, as the last event, with how the first process ended. The whole group has ended or is about to. */
  closed(end: ProcessEnd): void
}

/** `unstarted`: the system could not start it. */
export type ProcessEnd =
  | { readonly kind: 'exited'; readonly status: number }
  | { readonly kind: 'signalled'; readonly death: Death }
  | { readonly kind: 'unstarted'; readonly message: string }

/** Milliseconds for a runtime to end on its own after SIGTERM. */
const GRACE_MS = 2000
/** Milliseconds to wait for output of processes that left the group. */
const DRAIN_MS = 1000

/**
 * A program and its descendants in their own process group, without a shell and without input.
 *
 * Invariants: when the program ends, the rest of the group is killed; `closed` follows when all output has arrived.
 */
export class ProcessGroup {
  readonly #child: ChildProcess
  readonly #listener: ProcessListener
  readonly #outputs: readonly Readable[]
  #graceTimer: NodeJS.Timeout | undefined
  #drainTimer: NodeJS.Timeout | undefined
  #hasExited = false
  #isClosed = false

  /** Throws an error with the code `E2BIG` if arguments and environment are too long. */
  constructor(launch: ProcessLaunch, listener: ProcessListener) {
    this.#listener = listener
    const [command = launch.program, ...args] = [...launch.wrapper, launch.program, ...launch.args]
    this.#child = spawn(command, args, {
      cwd: launch.cwd,
      env: launch.env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const { stdout, stderr } = this.#child
    this.#outputs = [stdout, stderr].filter((stream) => stream !== null)
    stdout?.on('data', (data: Buffer) => this.#take('stdout', data))
    stderr?.on('data', (data: Buffer) => this.#take('stderr', data))
    // A pipe breaks when the other side ends, which `close` reports.
    for (const stream of this.#outputs) stream.on('error', () => undefined)
    this.#child.on('error', (error) => this.#refuse(error))
    this.#child.on('exit', () => this.#exit())
    this.#child.on('close', (code, signal) => this.#close(code, signal))
  }

  /** Undefined if it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Stops reading its output, or continues. */
  holdOutput(held: boolean): void {
    for (const output of this.#outputs) {
      if (held) output.pause()
      else output.resume()
    }
  }

  /** Sends SIGTERM to the group, and kills it later if necessary. */
  stop(): void {
    if (this.#graceTimer !== undefined || this.#hasExited) return
    this.#graceTimer = setTimeout(() => this.kill(), GRACE_MS)
    this.#signal('SIGTERM')
    this.holdOutput(false)
  }

  /** Kills the group. */
  kill(): void {
    if (!this.#hasExited) this.#signal('SIGKILL')
    this.holdOutput(false)
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child
    if (pid === undefined) return
    try {
      process.kill(-pid, signal)
    } catch (error) {
      // The group no longer exists.
      if (!['ESRCH', 'EPERM'].includes(codeOf(error) ?? '')) throw error
    }
  }

  #take(stream: StreamName, data: Uint8Array): void {
    if (!this.#isClosed) this.#listener.output(stream, data)
  }

  #exit(): void {
    this.#signal('SIGKILL')
    this.#hasExited = true
    clearTimeout(this.#graceTimer)
    this.holdOutput(false)
    this.#drainTimer = setTimeout(() => {
      for (const output of this.#outputs) output.destroy()
    }, DRAIN_MS)
  }

  #close(code: number | null, signal: NodeJS.Signals | null): void {
    clearTimeout(this.#drainTimer)
    this.#finish(
      signal === null
        ? { kind: 'exited', status: code ?? -1 }
        : { kind: 'signalled', death: { how: `was killed by ${signal}`, signal } },
    )
  }

  #refuse(error: Error): void {
    if (this.#child.pid !== undefined) return
    this.#finish({ kind: 'unstarted', message: error.message })
  }

  #finish(end: ProcessEnd): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#listener.closed(end)
  }
}
