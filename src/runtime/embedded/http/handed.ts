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

/** A request that the child is at. */
type Current = {
  /** 0: one of the daemon's. */
  readonly number: number
  readonly connection: Connection | undefined
  /** Connections were taken back; those, and its own, which the daemon watches since. */
  takenBack: number[] | undefined
  writer: BodyWriter | undefined
}

/**
 * A child that is at the same request at two looks, so far apart, is taken its other connections. At least twice what the guest
 * calls late. Milliseconds.
 */
const LOOK_MS = 100
/** A guest whose client is gone may end by itself within this. Milliseconds. */
const ABORT_GRACE_MS = 1000
/** The longest head, and a body that a child waits for, in pieces as they come. */
const MAX_CONSUMED_BYTES = 256 * 1024

/**
 * The connections of clients that a child answers by itself. The daemon keeps its own copy of each, from which it does not read:
 * by that it answers what the child does not, and takes a connection back.
 *
 * Invariants: a connection is read by one side only; a client gets one response to a request, whole or broken off.
 */
export class HandedConnections {
  readonly #channel: ConnectionChannel
  readonly #limits: HandedLimits
  readonly #hooks: HandedHooks
  readonly #connections = new Map<number, Connection>()
  #lookTimer: NodeJS.Timeout | undefined
  /** The child has said since the last look that it is active. */
  #isActive = false
  /** The request that it was at then. */
  #seen: number | undefined
  #limitTimer: NodeJS.Timeout | undefined
  #abortTimer: NodeJS.Timeout | undefined
  #current: Current | undefined
  /** Of the last request, until the child has asked. */
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

  /** The child is at a request of a client; `false` if it is one that the daemon holds. */
  get isAnswering(): boolean {
    return this.#current?.connection !== undefined
  }

  /** It has said that it is at a request, or was found at one that keeps it. */
  get isBusy(): boolean {
    return this.#current !== undefined
  }

  /** The child is at a request of a client right now, which it may not have said. */
  get isAtRequest(): boolean {
    return this.#current !== undefined || (this.#channel.status()?.connection ?? 0) !== 0
  }

  get isBlocked(): boolean {
    return this.#current?.takenBack !== undefined
  }

  /** False: it could not be had. */
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

  /** What the client takes too slowly for the kernel, or is there of a body. */
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

  /** The child is done with its request. */
  answered(problem: string | undefined): void {
    const { takenBack = [] } = this.#current ?? {}
    this.#endCurrent()
    this.#takenBack = takenBack
    if (problem !== undefined) this.#hooks.failed(problem)
  }

  /** All of them end at once. */
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
      // While it was at a request, it read from those only that it told of.
      if (status === undefined || tied.has(number)) socket.destroy()
      else this.#hooks.returned(socket, [], false)
    }
    this.#connections.clear()
  }

  #begin(number: number): void {
    // It may have been found at the request before it has said anything.
    if (this.#current?.number === number && this.isBlocked) return
    const current = this.#current === undefined ? this.#currentOf(number) : undefined
    if (current === undefined) this.#hooks.breach()
    else this.#current = current
  }

  /** Undefined: it has no such connection. */
  #currentOf(number: number): Current | undefined {
    const connection = this.#connections.get(number)
    if (number !== 0 && connection === undefined) return undefined
    return { number, connection, takenBack: undefined, writer: undefined }
  }

  /** What the child has said by now is read in this turn. */
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

  /** To notice that the client is gone one has to read, which the child does not do meanwhile, and never again. */
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

  /** A response of ours if there is none yet; one that has begun is broken off. */
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
