import type { Outcome } from '../../../model/outcome.js'
import { outputExceeded, resultExceeded } from '../../guest/call/output.js'
import type { FromGuest, StreamName } from '../../guest/channel/protocol.js'
import { formatDuration } from '@proplet/component/units.js'
import type { RunEvent, RunRequest, StopReason } from '../../../model/runtime.js'
import { CapturedOutput, OutputTail } from '../guests/captured-output.js'
import type { GuestFate } from '../guests/fate.js'
import type { Death, Guest, GuestListener } from '../guests/guest.js'
import { watchMemory } from './memory-watch.js'
import type { ModuleLedger } from '../guests/module-ledger.js'
import type { NetworkOptions } from '../../../net/policy.js'
import { HalSession } from '../../hal/daemon/session.js'
import type { HalTask } from '../../hal/daemon/task.js'
import { NetworkSession } from '../network/session.js'
import { OutputBrake } from './output-brake.js'
import { postRun } from './post-run.js'
import {
  isHarmless,
  verdictOfBreach,
  verdictOfDeath,
  verdictOfEnd,
  verdictOfStop,
  type Verdict,
} from './verdict.js'
import type { Watchdog } from './watchdog.js'
import { LONGEST_TIMER_MS } from '../../../model/longest-timer.js'

export type ExecutionLimits = {
  /** 0 for none. */
  readonly timeoutMs: number
  readonly memoryMaxBytes: number
  readonly outputMaxBytes: number
}

export type ExecutionHooks = {
  readonly event: (event: RunEvent) => void
  readonly ended: (outcome: Outcome, runMs: number, fate: GuestFate) => void
  /** Called instead of `ended` if the component serves HTTP and its guest waits for requests. */
  readonly serving: (takesConnections: boolean) => void
}

export type ExecutionParts = {
  readonly modules: ModuleLedger
  readonly watchdog: Watchdog
  readonly network: NetworkOptions
  /** Undefined if the hardware abstraction layer is off. */
  readonly hal?: HalTask | undefined
  readonly hooks: ExecutionHooks
}

const STDERR_TAIL_BYTES = 2048

/**
 * One task in one guest, from its message to its end.
 *
 * Invariants: the first reason to end wins (`#verdict` is written once); `ended` is called once, when all output has arrived,
 * which is when the announced bytes have arrived or the guest is gone; no event follows it.
 */
export class Execution implements GuestListener {
  readonly #guest: Guest
  readonly #request: RunRequest
  readonly #limits: ExecutionLimits
  readonly #hooks: ExecutionHooks
  readonly #stdout: CapturedOutput
  readonly #result: CapturedOutput
  readonly #stderr = new OutputTail(STDERR_TAIL_BYTES)
  readonly #brake: OutputBrake | undefined
  readonly #network: NetworkSession
  readonly #hal: HalSession | undefined
  readonly #unwatch: () => void
  readonly #keep: () => void
  #timer: NodeJS.Timeout | undefined
  #startedAt = performance.now()
  #isStarted = false
  #hasWarned = false
  #verdict: Verdict | undefined
  #done: Extract<FromGuest, { type: 'done' }> | undefined
  #isSettled = false
  #isEnded = false

  constructor(guest: Guest, request: RunRequest, limits: ExecutionLimits, parts: ExecutionParts) {
    this.#guest = guest
    this.#request = request
    this.#limits = limits
    this.#hooks = parts.hooks
    this.#stdout = new CapturedOutput(limits.outputMaxBytes)
    this.#result = new CapturedOutput(limits.outputMaxBytes)
    this.#brake = request.daemon ? new OutputBrake(guest) : undefined
    this.#network = new NetworkSession(parts.network, {
      give: (given, bytes) => guest.post(given, bytes),
      warn: (message) => this.#hooks.event({ type: 'warning', message }),
      breach: () => this.#interrupt(verdictOfBreach()),
    })
    this.#hal =
      parts.hal &&
      new HalSession(parts.hal, {
        answer: (answer, bytes) => guest.post(answer, bytes),
        breach: () => this.#interrupt(verdictOfBreach()),
        unread: () => guest.unreadBytes?.() ?? 0,
      })
    this.#unwatch = watchMemory(guest, parts.watchdog, limits.memoryMaxBytes, (error) =>
      this.#fail('memory', error),
    )
    if (limits.timeoutMs > 0) {
      this.#timer = setTimeout(() => this.#timeOut(), Math.min(limits.timeoutMs, LONGEST_TIMER_MS))
    }
    guest.listen(this)
    this.#keep = postRun(guest, parts.modules, request, request.daemon ? null : limits.outputMaxBytes)
  }

  stop(reason: StopReason): void {
    this.#interrupt(verdictOfStop(reason))
  }

  message(message: FromGuest): void {
    switch (message.type) {
      case 'started': {
        this.#start(message.compileMs)
        return
      }
      case 'warning':
        if (!this.#hasWarned) this.#hooks.event({ type: 'warning', message: message.message })
        this.#hasWarned = true
        return
      case 'done':
        if (this.#verdict !== undefined) return
        this.#done = message
        this.#verdict = verdictOfEnd(message.end, this.#result.text())
        this.#endWhenDrained()
        return
      case 'result':
        this.#result.push(message.bytes)
        if (this.#result.exceeded) this.#fail('output', resultExceeded(this.#limits.outputMaxBytes).message)
        return
      case 'ready':
        this.#isSettled = true
        return
      case 'serving':
        this.#handOver(message.takesConnections)
        return
      case 'head':
      case 'refuse':
      case 'answered':
      case 'begun':
      case 'active':
      case 'late':
      case 'closed':
      case 'consumed':
      case 'returned':
        this.#interrupt(verdictOfBreach())
        return
      case 'hal':
      case 'hal-data':
        if (this.#verdict !== undefined) return
        if (this.#hal === undefined) this.#interrupt(verdictOfBreach())
        else this.#hal.message(message)
        return
      case 'open':
      case 'close':
      case 'want':
      case 'body':
      case 'datagram':
      case 'associate':
      case 'finish':
      case 'abandon':
        if (this.#verdict === undefined) this.#network.message(message)
    }
  }

  output(stream: StreamName, data: Uint8Array): void {
    const capture = stream === 'stdout' ? this.#stdout : this.#stderr
    capture.push(data)
    this.#hooks.event({ type: 'output', stream, data })
    this.#brake?.passed(data.length)
    const { outputMaxBytes } = this.#limits
    if (!this.#request.daemon && capture.bytes > outputMaxBytes) {
      this.#fail('output', outputExceeded(stream, outputMaxBytes).message)
    }
    this.#endWhenDrained()
  }

  closed(death: Death): void {
    this.#verdict ??= verdictOfDeath(death, this.#stderr.text())
    this.#end('gone')
  }

  #start(compileMs: number): void {
    if (this.#isStarted) return
    this.#isStarted = true
    this.#startedAt = performance.now()
    this.#keep()
    // The time limit of a daemon task covers its start only.
    if (this.#request.daemon) clearTimeout(this.#timer)
    this.#hooks.event({ type: 'started', compileMs })
  }

  #handOver(takesConnections: boolean): void {
    if (this.#verdict !== undefined) return
    this.#keep()
    this.#leave()
    this.#hooks.serving(takesConnections)
  }

  #timeOut(): void {
    this.#fail('timeout', `time limit of ${formatDuration(this.#limits.timeoutMs)} exceeded`)
  }

  #fail(code: 'timeout' | 'memory' | 'output', error: string): void {
    this.#interrupt((results, stderr) => ({ kind: 'failed', code, error: error + stderr, results }))
  }

  /** Kills the guest in any case: if it announced its end but withheld output, the wait would never end. */
  #interrupt(verdict: Verdict): void {
    if (this.#isEnded) return
    this.#verdict ??= verdict
    this.#brake?.release()
    this.#guest.kill()
  }

  #endWhenDrained(): void {
    if (this.#done === undefined) return
    const { end, stdoutBytes, stderrBytes, thenReady } = this.#done
    if (this.#stdout.bytes < stdoutBytes || this.#stderr.bytes < stderrBytes) return
    if (!isHarmless(end)) this.#end('discard')
    else if (thenReady) this.#end(this.#isSettled ? 'settled' : 'settling')
    else this.#end('reuse')
  }

  #end(fate: GuestFate): void {
    if (this.#isEnded) return
    this.#leave()
    const stderr = this.#stderr.text().trim()
    const outcome = this.#verdict?.(this.#stdout.text(), stderr === '' ? '' : `; stderr ends: ${stderr}`)
    if (outcome !== undefined) this.#hooks.ended(outcome, performance.now() - this.#startedAt, fate)
  }

  #leave(): void {
    this.#isEnded = true
    this.#network.close()
    this.#hal?.close()
    clearTimeout(this.#timer)
    this.#unwatch()
    this.#brake?.release()
  }
}
