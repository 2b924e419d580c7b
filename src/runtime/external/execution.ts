import type { Outcome } from '../../model/outcome.js'
import { CapturedOutput, OutputTail } from '../embedded/guests/captured-output.js'
import { OutputBrake } from '../embedded/run/output-brake.js'
import { verdictOfStop, type Verdict } from '../embedded/run/verdict.js'
import type { Watchdog } from '../embedded/run/watchdog.js'
import { outputExceeded } from '../guest/call/output.js'
import type { StreamName } from '../guest/channel/protocol.js'
import { formatBytes, formatDuration } from '@proplet/component/units.js'
import { readTreeFigures } from '../../host/process-figures.js'
import type { RunEvent, StopReason, Usage } from '../../model/runtime.js'
import { Listening } from './listening.js'
import type { ServerAddress } from './prepare.js'
import { ProcessGroup, type ProcessEnd, type ProcessLaunch, type ProcessListener } from './process-group.js'
import { readTreeResidentBytes } from './process-tree.js'
import { verdictOfRun, verdictOfServer } from './verdict.js'
import { LONGEST_TIMER_MS } from '../../model/longest-timer.js'

export type ExecutionSpec = {
  readonly launch: ProcessLaunch
  /** The address of a server. */
  readonly server: ServerAddress | undefined
  readonly daemon: boolean
  /** 0 for no limit. */
  readonly timeoutMs: number
  readonly memoryMaxBytes: number
  readonly outputMaxBytes: number
}

export type ExecutionHooks = {
  readonly event: (event: RunEvent) => void
  readonly ended: (outcome: Outcome, runMs: number) => void
}

const STDERR_TAIL_BYTES = 2048
/** Memory of the runtime itself, its compiler and compiled code, beyond linear memory. */
const RESIDENT_ALLOWANCE_BYTES = 256 * 1024 * 1024
/** A large component takes time to compile. */
const LISTEN_TIMEOUT_MS = 60_000

/** The errors of runtimes for a guest that imports the hardware abstraction layer. */
const NAMES_HAL = /elastic:(?:tee-)?hal\//
const NO_HAL = '; only the embedded runtime has a hardware abstraction layer, not an external one'

/**
 * One task in one process of the runtime.
 *
 * Invariants: the first reason to end wins (`#verdict` is written once); `ended` is called once, when the process is
 * gone and its output has arrived; no event follows it.
 */
export class ExternalExecution implements ProcessListener {
  readonly #spec: ExecutionSpec
  readonly #hooks: ExecutionHooks
  readonly #stdout: CapturedOutput
  readonly #stderr = new OutputTail(STDERR_TAIL_BYTES)
  readonly #group: ProcessGroup
  readonly #brake: OutputBrake | undefined
  readonly #listening: Listening | undefined
  readonly #startedAt = performance.now()
  readonly #unwatch: () => void
  #timer: NodeJS.Timeout | undefined
  #verdict: Verdict | undefined

  constructor(spec: ExecutionSpec, watchdog: Watchdog, hooks: ExecutionHooks) {
    this.#spec = spec
    this.#hooks = hooks
    this.#stdout = new CapturedOutput(spec.outputMaxBytes)
    this.#group = new ProcessGroup(spec.launch, this)
    this.#brake = this.#isUnbounded ? new OutputBrake(this.#group) : undefined
    this.#unwatch = this.#watchMemory(watchdog)
    this.#limitTime()
    this.#listening = this.#awaitListening()
    if (this.#group.pid !== undefined && spec.server === undefined) this.#start()
  }

  /** Memory of the process and its descendants. */
  usage(): Usage | undefined {
    const { pid } = this.#group
    const figures = pid === undefined ? undefined : readTreeFigures(pid)
    return figures && { ...figures, elapsedMs: performance.now() - this.#startedAt }
  }

  /** Stops the task; `ended` follows when the runtime has ended. */
  stop(reason: StopReason): void {
    this.#verdict ??= verdictOfStop(reason)
    this.#brake?.release()
    this.#group.stop()
  }

  /** Kills the processes. */
  kill(reason: StopReason): void {
    this.#interrupt(verdictOfStop(reason))
  }

  output(stream: StreamName, data: Uint8Array): void {
    const capture = stream === 'stdout' ? this.#stdout : this.#stderr
    capture.push(data)
    this.#hooks.event({ type: 'output', stream, data })
    this.#brake?.passed(data.length)
    if (stream === 'stderr') this.#listening?.hear(data)
    const { outputMaxBytes } = this.#spec
    if (!this.#isUnbounded && capture.bytes > outputMaxBytes)
      this.#fail('output', outputExceeded(stream, outputMaxBytes).message)
  }

  closed(end: ProcessEnd): void {
    clearTimeout(this.#timer)
    this.#unwatch()
    this.#brake?.release()
    this.#listening?.end()
    const stderr = this.#stderr.text().trim()
    const ofItself = this.#spec.server === undefined ? verdictOfRun : verdictOfServer
    const verdict = this.#verdict ?? ofItself(end, stderr)
    const about = NAMES_HAL.test(stderr) ? NO_HAL : ''
    const outcome = verdict(this.#stdout.text(), stderr === '' ? '' : `${about}; stderr ends: ${stderr}`)
    this.#hooks.ended(outcome, performance.now() - this.#startedAt)
  }

  /** A daemon may write forever, but not at any rate. */
  get #isUnbounded(): boolean {
    return this.#spec.daemon || this.#spec.server !== undefined
  }

  #start(): void {
    if (this.#spec.daemon) clearTimeout(this.#timer)
    // `started` only means that the process runs, because no runtime reports when its module is compiled.
    queueMicrotask(() => this.#hooks.event({ type: 'started', compileMs: 0 }))
  }

  #awaitListening(): Listening | undefined {
    const { server } = this.#spec
    if (server === undefined) return undefined
    return new Listening(server.host, server.port, () => {
      clearTimeout(this.#timer)
      if (this.#verdict === undefined)
        this.#hooks.event({ type: 'serving', address: server.host, port: server.port })
    })
  }

  #limitTime(): void {
    const { timeoutMs, server } = this.#spec
    const listenMs = server === undefined ? Infinity : LISTEN_TIMEOUT_MS
    const limitMs = Math.min(timeoutMs > 0 ? timeoutMs : Infinity, listenMs)
    if (limitMs === Infinity) return
    this.#timer = setTimeout(
      () => this.#fail('timeout', `time limit of ${formatDuration(limitMs)} exceeded`),
      Math.min(limitMs, LONGEST_TIMER_MS),
    )
  }

  #watchMemory(watchdog: Watchdog): () => void {
    const { pid } = this.#group
    const { memoryMaxBytes } = this.#spec
    if (pid === undefined) return () => undefined
    const measure = () => readTreeResidentBytes(pid)
    return watchdog.watch(measure, memoryMaxBytes + RESIDENT_ALLOWANCE_BYTES, (residentBytes) => {
      const limit = `memory limit of ${formatBytes(memoryMaxBytes)} exceeded`
      this.#fail('memory', `${limit}: the runtime uses ${formatBytes(residentBytes)}`)
    })
  }

  #fail(code: 'timeout' | 'memory' | 'output', error: string): void {
    this.#interrupt((results, stderr) => ({ kind: 'failed', code, error: error + stderr, results }))
  }

  #interrupt(verdict: Verdict): void {
    this.#verdict ??= verdict
    this.#brake?.release()
    this.#group.kill()
  }
}
