import type { Socket } from 'node:net'
import type { FromGuest, GuestEnd, RequestMessage, StreamName } from '../../guest/channel/protocol.js'
import type { RunRequest } from '../../../model/runtime.js'
import type { GuestFate } from '../guests/fate.js'
import type { Death, GuestListener } from '../guests/guest.js'
import type { Member } from '../guests/idle-members.js'
import { watchMemory } from '../run/memory-watch.js'
import { OutputBrake } from '../run/output-brake.js'
import { postRun } from '../run/post-run.js'
import { isHarmless } from '../run/verdict.js'
import type { ChildLimits } from './child-limits.js'
import type { Exchange } from './exchange.js'
import { HandedConnections } from './handed.js'
import { RequestSessions } from './request-sessions.js'

export type ChildHooks = {
  /** A long request occupies the child; it is busy until `idle` is called. */
  readonly blocked: (child: HttpChild) => void
  /** The child has lost this connection, which another child or the daemon must serve. */
  readonly returned: (socket: Socket, consumed: readonly Uint8Array[], isLast: boolean) => void
  /** A request failed, through the guest's fault. */
  readonly failed: (error: string) => void
  /** The child has spent this many more milliseconds on requests of its connections. */
  readonly worked: (child: HttpChild, ms: number) => void
  /** The child serves and has no request. */
  readonly idle: (child: HttpChild) => void
  /** The child has stopped serving for good; its member must be released. `problem` is set unless it was asked to leave. */
  readonly ended: (child: HttpChild, fate: GuestFate, problem: string | undefined) => void
  readonly output: (stream: StreamName, data: Uint8Array) => void
  readonly warn: (message: string) => void
}

/** How long a guest may take to stop serving, in milliseconds. */
const LEAVE_MS = 2000

/** A guest of the pool that serves one task. It answers one request at a time: the daemon's, or those of handed connections. */
export class HttpChild implements GuestListener {
  readonly member: Member
  /** The number of requests that it has answered. */
  requests = 0
  readonly #limits: ChildLimits
  readonly #hooks: ChildHooks
  readonly #brake: OutputBrake
  readonly #outputBytes = { stdout: 0, stderr: 0 }
  readonly #unwatch: () => void
  readonly #sessions: RequestSessions
  #keep: () => void = () => undefined
  /** Why the daemon ended it, if it did. */
  #reason: string | undefined
  #exchange: Exchange | undefined
  #handed: HandedConnections | undefined
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
    this.#sessions = new RequestSessions(member.guest, limits, {
      warn: hooks.warn,
      breach: () => this.#kill(BREACH),
    })
    member.guest.listen(this)
  }

  /** Loads the component; `idle` follows, or `ended`. */
  start(request: RunRequest, outputMaxBytes: number): void {
    this.#keep = postRun(this.member.guest, this.member.modules, request, outputMaxBytes)
  }

  /** The guest has reported that it serves, and whether it takes connections. */
  isServing(takesConnections: boolean): void {
    const { connections } = this.member.guest
    this.#isServing = true
    if (!takesConnections || connections === undefined) return
    this.#handed = new HandedConnections(connections, this.#limits.handed, {
      returned: this.#hooks.returned,
      active: (requests, workedMs) => {
        this.requests += requests
        this.#hooks.worked(this, workedMs)
      },
      blocked: () => this.#hooks.blocked(this),
      failed: this.#hooks.failed,
      kill: () => this.kill(),
      breach: () => this.#kill(BREACH),
      takenBack: (numbers) => this.member.guest.post({ type: 'taken-back', connections: numbers }),
      give: ({ bytes, ...given }, ask) =>
        this.member.guest.post({ type: 'given', ...given, ...(ask !== undefined && { ask }) }, bytes),
    })
  }

  /** Whether it is answering a request of one of its connections. */
  get isAnswering(): boolean {
    return this.#handed?.isAtRequest === true
  }

  /** The number of connections handed to it. */
  get connections(): number {
    return this.#handed?.size ?? 0
  }

  /** Whether requests of a new connection would be answered soon. */
  get takesConnections(): boolean {
    return (
      this.#handed !== undefined &&
      !this.#handed.isBlocked &&
      this.#exchange === undefined &&
      !this.#isLeaving &&
      !this.#isEnded
    )
  }

  /** Returns false if the connection cannot be handed over. */
  hand(socket: Socket): boolean {
    return this.#handed?.hand(socket) === true
  }

  /** Asks it to return up to `count` connections. */
  share(count: number): void {
    this.#handed?.share(count)
  }

  take(exchange: Exchange): void {
    const { guest } = this.member
    this.#exchange = exchange
    exchange.begin({
      ask: (request) => this.#say(request),
      give: (given, bytes) => guest.post(given, bytes),
      kill: () => this.kill(),
    })
  }

  /** Returns the idle guest to the pool; `ended` follows. */
  leave(): void {
    this.#isLeaving = true
    this.#say({ type: 'leave' })
    // During a request it does not read the message, so the time limit starts at the end of the request.
    if (this.#handed?.isAtRequest !== true) this.#expectLeave()
  }

  #expectLeave(): void {
    this.#leaveTimer ??= setTimeout(() => this.kill(), LEAVE_MS)
  }

  /** Uses the channel of the connections if there is one, because on the pipe the guest may be waiting for an answer. */
  #say(message: RequestMessage | { readonly type: 'leave' }): void {
    const { guest } = this.member
    if (this.#handed === undefined || guest.connections === undefined) guest.post(message)
    else guest.connections.say(message)
  }

  /** Closes its connections, and kills it unless it is idle and leaving. */
  cut(): void {
    this.#handed?.cut()
    if (!this.#isLeaving || this.#handed?.isAtRequest === true) this.kill()
    else this.#expectLeave()
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
        this.isServing(message.takesConnections)
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
        this.#answered(message)
        return
      case 'result':
        this.#kill(OUT_OF_TURN)
        return
      case 'hal':
      case 'hal-data':
        if (!this.#isBusy || !this.#sessions.hal(message)) this.#kill(OUT_OF_TURN)
        return
      case 'open':
      case 'close':
      case 'datagram':
      case 'associate':
        this.#sessions.network(message, this.#isBusy)
        return
      case 'active':
      case 'begun':
      case 'late':
      case 'closed':
      case 'consumed':
      case 'returned':
        if (this.#handed === undefined) this.#kill(OUT_OF_TURN)
        else this.#handed.message(message)
        return
      case 'head':
      case 'refuse':
        this.#exchange?.message(message)
        return
      case 'want':
      case 'body':
      case 'finish':
      case 'abandon':
        if (message.handle !== 0) this.#sessions.network(message, this.#isBusy)
        else if (this.#handed?.isAnswering === true) this.#handed.exchange(message)
        else this.#exchange?.message(message)
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

  get #isBusy(): boolean {
    return this.#exchange !== undefined || this.#handed?.isBusy === true
  }

  #answered({ end, problem, connection = 0 }: Extract<FromGuest, { type: 'answered' }>): void {
    const isHanded = connection !== 0 && this.#handed !== undefined
    const isBlocked = this.#handed?.isBlocked === true
    const exchange = isHanded ? undefined : this.#exchange
    if (!isHanded && exchange === undefined) {
      this.#kill(OUT_OF_TURN)
      return
    }
    this.#sessions.close()
    this.requests += 1
    this.#handed?.answered(problem)
    if (exchange !== undefined) {
      this.#exchange = undefined
      exchange.answered(end)
    }
    if (!isReusable(end)) this.kill()
    else if (this.#isLeaving) this.#expectLeave()
    else if (exchange !== undefined || isBlocked) this.#hooks.idle(this)
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
    this.#sessions.close()
    this.#exchange?.lost(problem ?? 'its child was asked to leave')
    this.#handed?.lost(problem ?? 'its child was asked to leave')
    this.#hooks.ended(this, fate, this.#isLeaving || this.#isServing ? undefined : problem)
  }
}

const BREACH = 'its child violated the channel protocol'
const OUT_OF_TURN = 'its child sent a message out of turn'

/**
 * After a trap the instance is discarded and the next request gets a fresh one, so the child can be used again. A new child for
 * each trap would let anyone who can cause a trap keep the processor busy.
 */
const isReusable = (end: GuestEnd): boolean =>
  isHarmless(end) || (end.kind === 'failed' && (end.code === 'trap' || end.code === 'output'))
