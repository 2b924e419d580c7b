import type { FromGuest, GivenMessage, GuestEnd, StreamName } from '../../guest/channel/protocol.js'
import type { RunRequest } from '../../../model/runtime.js'
import type { GuestFate } from '../guests/fate.js'
import type { Death, GuestListener } from '../guests/guest.js'
import type { Member } from '../guests/idle-members.js'
import { watchMemory } from '../run/memory-watch.js'
import type { NetworkOptions } from '../../../net/policy.js'
import { HalSession } from '../../hal/daemon/session.js'
import type { HalTask } from '../../hal/daemon/task.js'
import { NetworkSession } from '../network/session.js'
import { OutputBrake } from '../run/output-brake.js'
import { postRun } from '../run/post-run.js'
import { isHarmless } from '../run/verdict.js'
import type { Watchdog } from '../run/watchdog.js'
import type { Exchange } from './exchange.js'

export type ChildLimits = {
  readonly watchdog: Watchdog
  readonly memoryMaxBytes: number
  readonly network: NetworkOptions
  /** Undefined if the hardware abstraction layer is off. */
  readonly hal: HalTask | undefined
}

export type ChildHooks = {
  /** The child serves and has no request. */
  readonly idle: (child: HttpChild) => void
  /** The child has stopped serving for good; its member must be released. `problem` is set unless it was asked to leave. */
  readonly ended: (child: HttpChild, fate: GuestFate, problem: string | undefined) => void
  readonly output: (stream: StreamName, data: Uint8Array) => void
  readonly warn: (message: string) => void
}

/** How long a guest may take to stop serving, in milliseconds. */
const LEAVE_MS = 2000

/** A guest of the pool while it serves one task, one request at a time. */
export class HttpChild implements GuestListener {
  readonly member: Member
  /** The number of requests that it has answered. */
  requests = 0
  readonly #limits: ChildLimits
  readonly #hooks: ChildHooks
  readonly #brake: OutputBrake
  readonly #outputBytes = { stdout: 0, stderr: 0 }
  readonly #unwatch: () => void
  #keep: () => void = () => undefined
  /** Why the daemon ended it, if it did. */
  #reason: string | undefined
  #exchange: Exchange | undefined
  #network: NetworkSession | undefined
  #hal: HalSession | undefined
  #done: Extract<FromGuest, { type: 'done' }> | undefined
  #isServing = false
  #isLeaving = false
  #leaveTimer: NodeJS.Timeout | undefined
  #isSettled = false
  #isEnded = false

  constructor(member: Member, limits: ChildLimits, hooks: ChildHooks) {
    const { watchdog, memoryMaxBytes } = limits
    this.member = member
    this.#limits = limits
    this.#hooks = hooks
    this.#brake = new OutputBrake(member.guest)
    this.#unwatch = watchMemory(member.guest, watchdog, memoryMaxBytes, (error) => this.#kill(error))
    member.guest.listen(this)
  }

  /** Loads the component; `idle` follows, or `ended`. */
  start(request: RunRequest, outputMaxBytes: number): void {
    this.#keep = postRun(this.member.guest, this.member.modules, request, outputMaxBytes)
  }

  /** The guest has reported that it serves. */
  isServing(): void {
    this.#isServing = true
  }

  take(exchange: Exchange): void {
    const { guest } = this.member
    const give = (given: GivenMessage, bytes?: Uint8Array) => guest.post(given, bytes)
    this.#exchange = exchange
    this.#network = new NetworkSession(this.#limits.network, {
      give,
      warn: this.#hooks.warn,
      breach: () => this.#kill('its child violated the channel protocol'),
    })
    this.#hal =
      this.#limits.hal &&
      new HalSession(this.#limits.hal, {
        answer: (answer, bytes) => guest.post(answer, bytes),
        breach: () => this.#kill('its child violated the channel protocol'),
        unread: () => guest.unreadBytes?.() ?? 0,
      })
    exchange.begin({ ask: (request) => guest.post(request), give, kill: () => this.kill() })
  }

  /** Returns the idle guest to the pool; `ended` follows. */
  leave(): void {
    this.#isLeaving = true
    this.#leaveTimer = setTimeout(() => this.kill(), LEAVE_MS)
    this.member.guest.post({ type: 'leave' })
  }

  /** Kills it, unless it is leaving already. */
  cut(): void {
    if (!this.#isLeaving) this.kill()
  }

  kill(): void {
    this.#kill(undefined)
  }

  message(message: FromGuest): void {
    switch (message.type) {
      case 'started':
        this.#kill(OUT_OF_TURN)
        return
      case 'serving':
        this.#keep()
        this.#isServing = true
        this.#hooks.idle(this)
        return
      case 'warning':
        return
      case 'ready':
        this.#isSettled = true
        return
      case 'done':
        this.#done = message
        this.#endWhenDrained()
        return
      case 'answered':
        this.#answered(message.end)
        return
      case 'result':
        this.#kill(OUT_OF_TURN)
        return
      case 'hal':
      case 'hal-data':
        if (this.#hal === undefined) this.#kill(OUT_OF_TURN)
        else this.#hal.message(message)
        return
      case 'open':
      case 'close':
      case 'datagram':
      case 'associate':
        this.#network?.message(message)
        return
      case 'head':
      case 'refuse':
        this.#exchange?.message(message)
        return
      case 'want':
      case 'body':
      case 'finish':
      case 'abandon':
        if (message.handle === 0) this.#exchange?.message(message)
        else this.#network?.message(message)
    }
  }

  output(stream: StreamName, data: Uint8Array): void {
    this.#outputBytes[stream] += data.length
    this.#brake.passed(data.length)
    this.#hooks.output(stream, data)
    this.#endWhenDrained()
  }

  closed({ how }: Death): void {
    this.#end('gone', this.#reason ?? `its child ${how}`)
  }

  #answered(end: GuestEnd): void {
    const exchange = this.#exchange
    if (exchange === undefined) {
      this.#kill(OUT_OF_TURN)
      return
    }
    this.#exchange = undefined
    this.#network?.close()
    this.#network = undefined
    this.#hal?.close()
    this.#hal = undefined
    this.requests += 1
    exchange.answered(end)
    if (isReusable(end)) this.#hooks.idle(this)
    else this.kill()
  }

  #kill(reason: string | undefined): void {
    this.#reason ??= reason
    this.#brake.release()
    this.member.guest.kill()
  }

  #endWhenDrained(): void {
    if (this.#done === undefined) return
    const { end, stdoutBytes, stderrBytes } = this.#done
    if (this.#outputBytes.stdout < stdoutBytes || this.#outputBytes.stderr < stderrBytes) return
    if (this.#isLeaving) this.#end(this.#isSettled ? 'settled' : 'settling', undefined)
    else this.#end('discard', end.kind === 'failed' ? end.error : 'the component stopped serving')
  }

  #end(fate: GuestFate, problem: string | undefined): void {
    if (this.#isEnded) return
    this.#isEnded = true
    clearTimeout(this.#leaveTimer)
    this.#unwatch()
    this.#brake.release()
    this.#network?.close()
    this.#hal?.close()
    this.#exchange?.lost(problem ?? 'its child was asked to leave')
    this.#hooks.ended(this, fate, this.#isLeaving || this.#isServing ? undefined : problem)
  }
}

const OUT_OF_TURN = 'its child sent a message out of turn'

/**
 * After a trap the instance is discarded and the next request gets a fresh one, so the child can be used again. A new child for
 * each trap would let anyone who can cause a trap keep the processor busy.
 */
const isReusable = (end: GuestEnd): boolean =>
  isHarmless(end) || (end.kind === 'failed' && (end.code === 'trap' || end.code === 'output'))
