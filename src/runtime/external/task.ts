import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { either as E } from 'fp-ts'
import type { FailureCode, Outcome } from '../../model/outcome.js'
import { verdictOfStop } from '../embedded/verdict.js'
import type { Watchdog } from '../embedded/watchdog.js'
import type { RunEvent, RunRequest, StopReason } from '../runtime.js'
import { readCliArgs, type CliOption } from './cli-args.js'
import { checkTexts, hasInvoke, runCommand, serveCommand, TOO_LONG, type CommandParts } from './command.js'
import { endpointOf, hostAndPort } from './endpoint.js'
import { ExternalExecution, type ExecutionHooks, type ExecutionSpec } from './execution.js'
import { findFreePort } from './free-port.js'
import type { ExternalOptions } from './options.js'
import type { Planner } from './plan/planner.js'
import { makePrivateDirectory, removePrivateDirectory } from './private-directory.js'

export type TaskParts = {
  readonly options: ExternalOptions
  readonly planner: Planner
  readonly watchdog: Watchdog
  readonly wrapper: () => Promise<readonly string[]>
  /** Ports of the servers that run, or are about to. */
  readonly ports: Set<number>
}

export type TaskHooks = {
  readonly event: (event: RunEvent) => void
  readonly ended: (outcome: Outcome, runMs: number) => void
}

/** How a task ended that never ran. */
class Refusal extends Error {
  readonly code: FailureCode

  constructor(code: FailureCode, message: string) {
    super(message)
    this.code = code
  }
}

type Prepared = Pick<ExecutionSpec, 'launch' | 'server'>

/**
 * One task, from its private directory to the end of that. Invariants: `ended` is called once, when the processes are
 * gone and the directory is; no event follows it.
 */
export class ExternalTask {
  readonly #request: RunRequest
  readonly #parts: TaskParts
  readonly #hooks: TaskHooks
  readonly #stopping = new AbortController()
  #stopped: StopReason | undefined
  #execution: ExternalExecution | undefined
  #directory: string | undefined
  #port: number | undefined
  /** Resolves when it has ended. */
  readonly over: Promise<void>

  constructor(request: RunRequest, parts: TaskParts, hooks: TaskHooks) {
    this.#request = request
    this.#parts = parts
    this.#hooks = hooks
    this.over = this.#run()
  }

  stop(reason: StopReason): void {
    this.#stopped ??= reason
    this.#stopping.abort()
    this.#execution?.stop(reason)
  }

  /** Ends it at once. */
  kill(reason: StopReason): void {
    this.#stopped ??= reason
    this.#stopping.abort()
    this.#execution?.kill(reason)
  }

  async #run(): Promise<void> {
    const { outcome, runMs } = await this.#perform()
    if (this.#port !== undefined) this.#parts.ports.delete(this.#port)
    if (this.#directory !== undefined) await this.#remove(this.#directory)
    this.#hooks.ended(outcome, runMs)
  }

  async #perform(): Promise<{ readonly outcome: Outcome; readonly runMs: number }> {
    try {
      const prepared = await this.#prepare()
      if (this.#stopped === undefined) return await this.#execute(prepared)
    } catch (error) {
      if (this.#stopped === undefined) return { outcome: outcomeOf(error), runMs: 0 }
    }
    return { outcome: verdictOfStop(this.#stopped)('', ''), runMs: 0 }
  }

  async #prepare(): Promise<Prepared> {
    const { options, planner, wrapper } = this.#parts
    const { cliArgs, name, inputs, binary } = this.#request
    orRefuse('call', checkTexts(this.#request))
    const cliOptions = orRefuse('rejected', readCliArgs(cliArgs, options.allowCliArgs))
    this.#directory = await makePrivateDirectory(options.temporaryDirectory)
    const file = await this.#fileIn(this.#directory)
    const call = hasInvoke(cliOptions) ? { name: '_start', inputs: [] } : { name, inputs }
    const plan = await planner.plan({ path: file, digest: binary.digest, ...call }, this.#stopping.signal)
    if (plan.kind === 'refused' && !(hasInvoke(cliOptions) && plan.code === 'call'))
      throw new Refusal(plan.code, plan.error)
    const parts = this.#commandParts(file, this.#directory, cliOptions)
    const launch = { program: options.program, wrapper: await wrapper(), cwd: this.#directory }
    if (plan.kind === 'serve') {
      const { command, server } = await this.#serve(parts)
      return { launch: { ...launch, ...command }, server }
    }
    if (plan.kind === 'run' && plan.warning !== undefined && !hasInvoke(cliOptions))
      this.#hooks.event({ type: 'warning', message: plan.warning })
    const run = plan.kind === 'run' ? plan : { inputsInCall: false }
    return { launch: { ...launch, ...runCommand(run, parts) }, server: undefined }
  }

  /** Where the runtime finds the binary; nothing in its name comes from the task. */
  async #fileIn(directory: string): Promise<string> {
    const { content } = this.#request.binary
    if ('path' in content) return content.path
    const file = join(directory, 'module.wasm')
    await writeFile(file, content.bytes, { mode: 0o600, flag: 'wx', signal: this.#stopping.signal })
    return file
  }

  #commandParts(file: string, directory: string, cliOptions: readonly CliOption[]): CommandParts {
    const { dirs, searchPath } = this.#parts.options
    const base = { PATH: searchPath, HOME: directory, TMPDIR: directory }
    return { request: this.#request, options: cliOptions, dirs, file, base }
  }

  async #serve(parts: CommandParts) {
    const { http } = this.#parts.options
    if (http === undefined)
      throw new Refusal(
        'unsupported',
        'the component serves HTTP, which PROPLET_HTTP_ENABLED does not allow here',
      )
    const { host, ports, options } = orRefuse('call', endpointOf(parts.options, http))
    const taken = this.#parts.ports
    const port = await findFreePort(host, ports, (each) => taken.has(each))
    const [first = 0, last = first] = [ports[0], ports.at(-1)]
    if (port === undefined)
      throw new Refusal(
        'runtime',
        `no port is free at ${host}: ${ports.length === 1 ? first : `${first} to ${last}`}`,
      )
    taken.add(port)
    this.#port = port
    const command = serveCommand(hostAndPort(host, port), { ...parts, options })
    return { command, server: { host, port } }
  }

  #execute(prepared: Prepared): Promise<{ readonly outcome: Outcome; readonly runMs: number }> {
    const { options, watchdog } = this.#parts
    const { timeoutMs, memoryMaxBytes, outputMaxBytes } = options
    const spec = { ...prepared, daemon: this.#request.daemon, timeoutMs, memoryMaxBytes, outputMaxBytes }
    return new Promise((resolve) => {
      const hooks: ExecutionHooks = {
        event: this.#hooks.event,
        ended: (outcome, runMs) => resolve({ outcome, runMs }),
      }
      this.#execution = new ExternalExecution(spec, watchdog, hooks)
    })
  }

  async #remove(directory: string): Promise<void> {
    try {
      await removePrivateDirectory(directory)
    } catch (error) {
      this.#parts.options.log.warn({ err: error, directory }, 'a private directory could not be removed')
    }
  }
}

function orRefuse<T>(code: FailureCode, checked: E.Either<string, T>): T {
  if (E.isLeft(checked)) throw new Refusal(code, checked.left)
  return checked.right
}

function outcomeOf(error: unknown): Outcome {
  const message = error instanceof Error ? error.message : 'unknown'
  if (error instanceof Error && 'code' in error && error.code === 'E2BIG')
    return { kind: 'failed', code: 'call', error: TOO_LONG, results: '' }
  return error instanceof Refusal
    ? { kind: 'failed', code: error.code, error: message, results: '' }
    : { kind: 'failed', code: 'runtime', error: `the task could not be prepared: ${message}`, results: '' }
}
