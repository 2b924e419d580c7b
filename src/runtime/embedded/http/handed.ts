import type { Socket } from 'node:net'
import { formatDuration } from '@proplet/component/units.js'
import { LONGEST_TIMER_MS } from '../../../model/longest-timer.js'
import type { FromConnections, FromExchange } from '../../guest/channel/protocol.js'
import type { FAILURES } from '../../guest/http/messages/error-response.js'
import { BodyWriter } from '../bytes/body-writer.js'
import type { ConnectionChannel } from '../guests/connection-channel.js'
import { failureResponse } from './failure-response.js'
import type { HandedHooks, HandedLimits } from './handed-parts.js'

type Connection = { readonly socket: Socket; consumed: Uint8Array[]; consumedBytes: number }

/** The request that the child is answering. */
type Current = {
  /** The connection; 0 for one of the daemon's own requests. */
  readonly number: number
  readonly connection: Connection | undefined
  /** Set once the request occupies the child: the connections taken back, including its own, which the daemon then watches. */
  takenBack: number[] | undefined
  writer: BodyWriter | undefined
}

/**
 * Interval between looks at the child's status, in milliseconds. If two in a row find the same request, it occupies the child, and
 * the other connections are taken back. At least twice the guest's `LATE_AFTER_MS`, so that the guest then asks which.
 */
const LOOK_MS = 100
/** How long a guest may continue after its client is gone, in milliseconds. */
const ABORT_GRACE_MS = 1000
/** Maximum number of bytes read from a connection that goes back: room for the longest head and body that a child waits for. */
const MAX_CONSUMED_BYTES = 256 * 1024

/**
 * Clients' connections that a child serves by itself. The daemon keeps a copy of each, from which it does not read, so that it can
 * answer when the child fails to, and can take the connection back.
 *
 * Invariants: a connection is read by one side only; a client gets one response to a request, complete or cut off.
 */
export class HandedConnections {
  readonly #channel: ConnectionChannel
  readonly #limits: HandedLimits
  readonly #hooks: HandedHooks
  readonly #connections = new Map<number, Connection>()
  #lookTimer: NodeJS.Timeout | undefined
  /** Whether the child has reported activity since the last look. */
  #isActive = false
  /** The sequence number of the request at the last look. */
  #seen: number | undefined
  #limitTimer: NodeJS.Timeout | undefined
  #abortTimer: NodeJS.Timeout | undefined
  #current: Current | undefined
  /** The connections taken back during the last request, until the child has asked for them. */
  #takenBack: readonly number[] = []
  #last = 0

  constructor(channel: ConnectionChannel, limits: HandedLimits, hooks: HandedHooks) {
    this.#channel = channel
    this.#limits = limits
    this.#hooks = hooks
  }

  get size(): number {
    return this.#connections.size
  }

  /** Whether the current request is one of a handed connection, not one of the daemon's own. */
  get isAnswering(): boolean {
    return this.#current?.connection !== undefined
  }

  /** Whether the child has announced a request, or was found to be occupied by one. */
  get isBusy(): boolean {
    return this.#current !== undefined
  }

  /** Whether the child is answering a request right now, even if it has not announced it. */
  get isAtRequest(): boolean {
    return this.#current !== undefined || (this.#channel.status()?.connection ?? 0) !== 0
  }

  get isBlocked(): boolean {
    return this.#current?.takenBack !== undefined
  }

  /** Returns false if the connection cannot be handed over. */
  hand(socket: Socket): boolean {
    this.#last += 1
    const { bodyMaxBytes, requestTimeoutMs } = this.#limits
    const message = {
      type: 'connection',
      connection: this.#last,
      // JSON has no infinity.
      bodyMaxBytes: Number.isFinite(bodyMaxBytes) ? bodyMaxBytes : null,
      requestTimeoutMs,
    } as const
    if (!this.#channel.hand(message, socket)) return false
    this.#connections.set(this.#last, { socket, consumed: [], consumedBytes: 0 })
    return true
  }

  share(count: number): void {
    this.#channel.say({ type: 'share', count })
  }

  message(message: FromConnections): void {
    if (message.type === 'active') {
      this.#isActive = true
      if (this.#lookTimer === undefined) this.#lookLater()
      this.#hooks.active(message.requests, message.workedMs)
    } else if (message.type === 'begun') this.#begin(message.connection)
    else if (message.type === 'late') this.#tellTakenBack()
    else if (message.type === 'closed') this.#take(message.connection)?.socket.destroy()
    else if (message.type === 'consumed') this.#consume(message.connection, message.bytes)
    else this.#giveBack(message.connection, message.isLast)
  }

  /** Handles the part of a response for which the kernel had no room. */
  exchange(message: FromExchange): void {
    const current = this.#current
    if (current?.connection === undefined || (message.type !== 'want' && message.type !== 'body')) {
      this.#hooks.breach()
      return
    }
    const writer = (current.writer ??= new BodyWriter(current.connection.socket))
    if (message.type === 'want') {
      if (message.of === 'room') writer.room(message.waitMs, (given) => this.#hooks.give(given, message.ask))
      else this.#hooks.give({ state: 'broken' }, message.ask)
      return
    }
    writer.write(message.bytes)
    if (writer.isFlooded) this.#hooks.breach()
  }

  /** The child has finished its request. */
  answered(problem: string | undefined): void {
    const { takenBack = [] } = this.#current ?? {}
    this.#endCurrent()
    this.#takenBack = takenBack
    if (problem !== undefined) this.#hooks.failed(problem)
  }

  /** Closes all connections. */
  cut(): void {
    for (const { socket } of this.#connections.values()) socket.destroy()
  }

  /** The child is gone. */
  lost(how: string): void {
    const status = this.#channel.status()
    const current = this.#current ?? (status && this.#currentOf(status.connection))
    this.#endCurrent()
    clearTimeout(this.#lookTimer)
    if (current?.connection !== undefined && this.#connections.delete(current.number)) {
      this.#hooks.failed(how)
      this.#fail(current, 500)
    }
    const tied = new Set(status?.tied)
    for (const [number, { socket }] of this.#connections) {
      // During a request, the child has read only from the tied connections. Without one, it may have read from any.
      if (status === undefined || tied.has(number)) socket.destroy()
      else this.#hooks.returned(socket, [], false)
    }
    this.#connections.clear()
  }

  #begin(number: number): void {
    // A look may have found the request before the child announced it.
    if (this.#current?.number === number && this.isBlocked) return
    const current = this.#current === undefined ? this.#currentOf(number) : undefined
    if (current === undefined) this.#hooks.breach()
    else this.#current = current
  }

  /** Undefined if the child has no such connection. */
  #currentOf(number: number): Current | undefined {
    const connection = this.#connections.get(number)
    if (number !== 0 && connection === undefined) return undefined
    return { number, connection, takenBack: undefined, writer: undefined }
  }

  /** The immediate comes after messages that have arrived by then are read. */
  #lookLater(): void {
    this.#isActive = false
    this.#lookTimer = setTimeout(() => setImmediate(() => this.#look()), LOOK_MS)
  }

  #look(): void {
    this.#lookTimer = undefined
    const status = this.#channel.status()
    const isSame = status !== undefined && status.sequence === this.#seen
    this.#seen = status?.sequence
    if (isSame && !this.isBlocked) {
      const current = this.#current ?? this.#currentOf(status.connection)
      if (current === undefined) this.#hooks.breach()
      else this.#block(current, new Set(status.tied))
    } else if (status !== undefined || this.#isActive) this.#lookLater()
  }

  #block(current: Current, tied: ReadonlySet<number>): void {
    this.#current = current
    const others = [...this.#connections].filter(
      ([number, each]) => !tied.has(number) && each !== current.connection,
    )
    current.takenBack = others.map(([number]) => number)
    for (const number of current.takenBack) this.#connections.delete(number)
    if (current.connection !== undefined) {
      current.takenBack.push(current.number)
      this.#watch(current.connection)
      const { timeoutMs } = this.#limits
      if (timeoutMs > 0)
        this.#limitTimer = setTimeout(
          () => this.#timeOut(current),
          Math.min(Math.max(timeoutMs - LOOK_MS, 0), LONGEST_TIMER_MS),
        )
    }
    this.#hooks.blocked()
    for (const [, { socket }] of others) this.#hooks.returned(socket, [], false)
  }

  /** Reads from the connection, to notice when the client is gone. The child reads nothing meanwhile, and then returns it. */
  #watch(connection: Connection): void {
    const { socket } = connection
    const gone = () => {
      if (this.#current?.connection === connection)
        this.#abortTimer ??= setTimeout(() => this.#hooks.kill(), ABORT_GRACE_MS)
    }
    const keep = (bytes: Buffer) => {
      connection.consumed.push(bytes)
      connection.consumedBytes += bytes.length
      socket.pause()
    }
    socket.on('data', keep)
    socket.once('end', gone)
    socket.once('close', gone)
    socket.on('error', gone)
    socket.resume()
  }

  #timeOut(current: Current): void {
    if (this.#current !== current) return
    this.#connections.delete(current.number)
    this.#hooks.failed(`time limit of ${formatDuration(this.#limits.timeoutMs)} of a request exceeded`)
    this.#fail(current, 504)
    this.#hooks.kill()
  }

  /** Sends an error response, or cuts off the response that has begun. */
  #fail({ connection }: Current, status: keyof typeof FAILURES): void {
    if (connection === undefined) return
    if (this.#channel.status()?.isResponding === true) connection.socket.destroy()
    else {
      connection.socket.end(failureResponse(status))
      connection.socket.destroySoon()
    }
  }

  #tellTakenBack(): void {
    this.#hooks.takenBack(this.#takenBack)
    this.#takenBack = []
  }

  #consume(number: number, bytes: Uint8Array): void {
    const connection = this.#connections.get(number)
    if (connection === undefined || connection.consumedBytes + bytes.length > MAX_CONSUMED_BYTES) {
      this.#hooks.breach()
      return
    }
    connection.consumed.push(Uint8Array.from(bytes))
    connection.consumedBytes += bytes.length
  }

  #giveBack(number: number, isLast: boolean): void {
    const connection = this.#take(number)
    if (connection === undefined) return
    const { socket, consumed } = connection
    socket.removeAllListeners('data')
    socket.pause()
    this.#hooks.returned(socket, consumed, isLast)
  }

  #take(number: number): Connection | undefined {
    const connection = this.#connections.get(number)
    if (connection === undefined) this.#hooks.breach()
    else this.#connections.delete(number)
    return connection
  }

  #endCurrent(): void {
    this.#current = undefined
    clearTimeout(this.#limitTimer)
    clearTimeout(this.#abortTimer)
    this.#abortTimer = undefined
  }
}
