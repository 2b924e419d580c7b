import { execFile } from 'node:child_process'
import { builtEntry } from '../../../host/package-root.js'
import { decodePlan, type Plan, type PlanRequest } from './plan.js'

export type PlannerOptions = {
  /** A command line that ends by running the one after it; may be empty. */
  readonly wrapper: () => Promise<readonly string[]>
}

const ENTRY = builtEntry('planner')
const TIMEOUT_MS = 10_000
const MAX_PLANS = 256
/** Maximum characters of inputs for which plans are kept. */
const MAX_INPUTS = 4096
const MAX_ANSWER_BYTES = 1024 * 1024
const HEAP_MAX_MB = 512

/** Finds out how to call the runtime for a task. A child process parses each new binary; recent plans are kept. */
export class Planner {
  readonly #options: PlannerOptions
  /** Least recently used first. */
  readonly #plans = new Map<string, Plan>()

  constructor(options: PlannerOptions) {
    this.#options = options
  }

  /** Rejects when the signal is aborted. */
  async plan(request: PlanRequest, signal: AbortSignal): Promise<Plan> {
    const { digest, name, inputs } = request
    const isShort = inputs.reduce((sum, input) => sum + input.length, 0) <= MAX_INPUTS
    const keys = [
      JSON.stringify([digest, name]),
      ...(isShort ? [JSON.stringify([digest, name, inputs])] : []),
    ]
    for (const key of keys) {
      const known = this.#plans.get(key)
      if (known === undefined) continue
      this.#keep(key, known)
      return known
    }
    const plan = await this.#ask(request, signal)
    const [general, particular] = keys
    const key = plan.kind === 'run' && plan.inputsInCall ? particular : general
    if (key !== undefined && plan.kind !== 'refused') this.#keep(key, plan)
    return plan
  }

  #keep(key: string, plan: Plan): void {
    this.#plans.delete(key)
    this.#plans.set(key, plan)
    const [oldest] = this.#plans.keys()
    if (this.#plans.size > MAX_PLANS && oldest !== undefined) this.#plans.delete(oldest)
  }

  async #ask(request: PlanRequest, signal: AbortSignal): Promise<Plan> {
    const [command, ...args] = [
      ...(await this.#options.wrapper()),
      process.execPath,
      `--max-old-space-size=${HEAP_MAX_MB}`,
      '--no-warnings',
      ENTRY,
    ]
    const answer = await new Promise<string>((resolve, reject) => {
      const limits = { timeout: TIMEOUT_MS, killSignal: 'SIGKILL', maxBuffer: MAX_ANSWER_BYTES } as const
      const child = execFile(command, args, { ...limits, env: {}, cwd: '/', signal }, (error, stdout) => {
        if (!signal.aborted) resolve(error === null ? stdout : '')
        else reject(new Error('the plan is no longer needed', { cause: error }))
      })
      // It breaks if the child ends early, which the callback reports.
      child.stdin?.on('error', () => undefined)
      child.stdin?.end(JSON.stringify(request))
    })
    return decodePlan(answer) ?? GAVE_UP
  }
}

const GAVE_UP: Plan = {
  kind: 'refused',
  code: 'binary',
  error: 'the binary could not be inspected: it takes too much time or memory',
}
