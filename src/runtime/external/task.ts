import type { Outcome } from '../../model/outcome.js'
import { verdictOfStop } from '../embedded/run/verdict.js'
import type { Watchdog } from '../embedded/run/watchdog.js'
import type { RunEvent, RunRequest, StopReason, Usage } from '../../model/runtime.js'
import { ExternalExecution } from './execution.js'
import { checkRequest, prepare, type Prepared, type PrepareParts } from './prepare.js'
import { makePrivateDirectory, memoryDirectory, removePrivateDirectory } from './private-directory.js'
import { outcomeOfError } from './refusal.js'

export type TaskParts = PrepareParts & {
  readonly watchdog: Watchdog
  /** A command line that ends by running the one after it; may be empty. */
  readonly wrapper: () => Promise<readonly string[]>
}

export type TaskHooks = {
  readonly event: (event: RunEvent) => void
  readonly ended: (outcome: Outcome, runMs: number) => void
}

type End = { readonly outcome: Outcome; readonly runMs: number }

/**
 * One task with its private directory.
 *
 * Invariants: `ended` is called once, when the processes and the directory are gone; no event follows it.
 */
export class ExternalTask {
  readonly #request: RunRequest
  readonly #parts: TaskParts
  readonly #hooks: TaskHooks
  readonly #stopping = new AbortController()
  #stopped: StopReason | undefined
  #execution: ExternalExecution | undefined
  /** Resolves when it has ended. */
  readonly over: Promise<void>

  constructor(request: RunRequest, parts: TaskParts, hooks: TaskHooks) {
    this.#request = request
    this.#parts = parts
    this.#hooks = hooks
    this.over = this.#run()
  }

  get id(): string {
    return this.#request.id
  }

  usage(): Usage | undefined {
    return this.#execution?.usage()
  }

  stop(reason: StopReason): void {
    this.#stopped ??= reason
    this.#stopping.abort()
    this.#execution?.stop(reason)
  }

  /** Kills it. */
  kill(reason: StopReason): void {
    this.#stopped ??= reason
    this.#stopping.abort()
    this.#execution?.kill(reason)
  }

  async #run(): Promise<void> {
    const { outcome, runMs } = await this.#perform()
    this.#hooks.ended(outcome, runMs)
  }

  async #perform(): Promise<End> {
    try {
      const { options } = this.#parts
      const cliOptions = checkRequest(this.#request, options)
      const { isConfidential } = this.#request.binary
      const parent = isConfidential ? await memoryDirectory() : options.temporaryDirectory
      const directory = await makePrivateDirectory(parent)
      try {
        const signal = this.#stopping.signal
        const prepared = await prepare(this.#request, cliOptions, directory, this.#parts, signal)
        return await this.#runPrepared(prepared, directory)
      } finally {
        await this.#remove(directory)
      }
    } catch (error) {
      return this.#stopped === undefined ? { outcome: outcomeOfError(error), runMs: 0 } : endOf(this.#stopped)
    }
  }

  async #runPrepared(prepared: Prepared, directory: string): Promise<End> {
    try {
      const wrapper = await this.#parts.wrapper()
      if (this.#stopped !== undefined) return endOf(this.#stopped)
      if (prepared.warning !== undefined) this.#hooks.event({ type: 'warning', message: prepared.warning })
      return await this.#execute(prepared, directory, wrapper)
    } finally {
      if (prepared.server !== undefined) this.#parts.ports.release(prepared.server.port)
    }
  }

  #execute({ command, server }: Prepared, cwd: string, wrapper: readonly string[]): Promise<End> {
    const { options, watchdog } = this.#parts
    const { program, timeoutMs, memoryMaxBytes, outputMaxBytes } = options
    const { daemon } = this.#request
    const launch = { program, wrapper, cwd, ...command }
    return new Promise((resolve) => {
      this.#execution = new ExternalExecution(
        { launch, server, daemon, timeoutMs, memoryMaxBytes, outputMaxBytes },
        watchdog,
        { event: this.#hooks.event, ended: (outcome, runMs) => resolve({ outcome, runMs }) },
      )
    })
  }

  async #remove(directory: string): Promise<void> {
    try {
      await removePrivateDirectory(directory)
    } catch (error) {
      this.#parts.options.log.warn({ err: error, directory }, 'Failed to remove a private directory')
    }
  }
}

const endOf = (reason: StopReason): End => ({ outcome: verdictOfStop(reason)('', ''), runMs: 0 })
