import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import * as E from 'fp-ts/lib/Either.js'
import type { NativeSocket } from '../../channel/inbox.js'
import type { Link } from '../../channel/link.js'
import type { StatusWriter } from '../../channel/request-status.js'
import { OutgoingBytes } from '../../channel/outgoing-bytes.js'
import { BODY_PIECE_BYTES, type ConnectionMessage, type GuestEnd } from '../../channel/protocol.js'
import { Wants } from '../../channel/wants.js'
import { refuseRequest } from '../messages/error-response.js'
import { pairsOf } from '../messages/fields.js'
import { REQUEST, type Asked } from '../messages/request.js'
import { requestMessage } from '../messages/request-message.js'
import { SERVER_OPTIONS } from '../messages/server-options.js'
import { targetOf, type Target } from '../messages/target.js'
import { Activity } from './activity.js'
import { WholeBody } from './body.js'
import { framingOf, type Framing } from './framing.js'
import { HandedResponse } from './response.js'
import { HandedSocket } from './socket.js'
import { readRequest } from './read-request.js'
import { tellingLink } from './telling-link.js'
import { WriteBuffer } from './write-buffer.js'

/** Answers a request in a fresh instance. */
export type AnswerRequest = (asked: Asked) => GuestEnd

/**
 * After a request that took longer, the guest asks which connections the daemon has taken back. The daemon takes none back before
 * twice this time. Milliseconds.
 */
const LATE_AFTER_MS = 50

/** A request that has been read completely. */
type Whole = { readonly target: Target; readonly framing: Framing; readonly body: Buffer }

type Current = { readonly connection: number; isTold: boolean }

/**
 * Serves the connections that the daemon has handed to this guest, one request at a time. If a request cannot be read completely
 * before the guest runs, its connection goes back to the daemon, which has kept each connection open.
 *
 * Invariants: nothing is read while a request is being answered; a connection is read by one side only.
 */
export class ConnectionServer {
  /** The link for guests. It announces the current request to the daemon before the guest's first message. */
  readonly link: Link
  readonly #link: Link
  readonly #status: StatusWriter
  readonly #answer: AnswerRequest
  readonly #activity: Activity
  readonly #http: Server
  readonly #sockets = new Map<number, HandedSocket>()
  /** Connections from which unanswered bytes were read. */
  readonly #tied = new Set<HandedSocket>()
  /** Numbers of connections that the daemon took back before they arrived. */
  readonly #takenBack = new Set<number>()
  readonly #buffer = new WriteBuffer()
  #bodyMaxBytes = 0
  #current: Current | undefined

  constructor(link: Link, status: StatusWriter, answer: AnswerRequest) {
    this.#link = link
    this.#status = status
    this.link = tellingLink(link, () => this.#tell())
    this.#answer = answer
    this.#activity = new Activity(link)
    this.#http = createServer(SERVER_OPTIONS)
    this.#http.on('request', (request, response) => {
      this.#count(request)
      this.#take(request, response)
    })
    this.#http.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      this.#count(request)
      this.#putBack(request, response)
    })
    // The server never listens, but this event is what starts its check for request timeouts.
    this.#http.emit('listening')
  }

  accept({ connection, bodyMaxBytes, requestTimeoutMs }: ConnectionMessage, native: NativeSocket): void {
    if (this.#takenBack.delete(connection)) {
      native.close?.()
      return
    }
    this.#bodyMaxBytes = bodyMaxBytes ?? Infinity
    this.#http.requestTimeout = requestTimeoutMs
    const socket = new HandedSocket(connection, native, this.#buffer)
    this.#sockets.set(connection, socket)
    socket.once('close', () => this.#forget(socket))
    this.#http.emit('connection', socket)
    // Prepended, because the parser may answer the request at once.
    socket.prependListener('data', (bytes: Buffer) => {
      socket.consumed.push(bytes)
      this.#tied.add(socket)
    })
  }

  /** Answers one of the daemon's own requests, between those of the connections. */
  run(answer: () => GuestEnd): void {
    this.#run(0, () => ({ end: answer() }))
  }

  /** Returns up to `count` connections that have no request. */
  share(count: number): void {
    const idle = [...this.#sockets.values()].filter((socket) => !this.#tied.has(socket))
    for (const socket of idle.slice(0, count)) this.#return(socket, false)
  }

  /** Returns all connections and closes the server. */
  end(): void {
    for (const socket of this.#sockets.values()) this.#return(socket, false)
    this.#http.close()
  }

  #count({ socket }: IncomingMessage): void {
    if (socket instanceof HandedSocket) socket.requests += 1
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request
    if (!(socket instanceof HandedSocket)) return
    // A pipelined request, which gets its socket when the previous response is complete.
    if (response.socket === null) {
      response.once('socket', () => setImmediate(() => this.#take(request, response)))
      return
    }
    const target = targetOf(request)
    if (E.isLeft(target)) {
      refuseRequest(response, 400, target.left)
      return
    }
    const framing = framingOf(request.rawHeaders)
    readRequest(request, framing, this.#bodyMaxBytes, {
      whole: (body) => this.#serve(socket, request, response, { target: target.right, framing, body }),
      tooMuch: () => this.#putBack(request, response),
    })
  }

  #serve(
    socket: HandedSocket,
    request: IncomingMessage,
    response: ServerResponse,
    { target, framing, body }: Whole,
  ): void {
    if (socket.destroyed || socket.isReturned) return
    const { connection } = socket
    const isTakenBack = this.#run(connection, () => {
      const handed = new HandedResponse(response, socket, this.#bodyMaxBytes, () => this.#status.responding())
      const overflow = this.#overflow()
      socket.overflow = overflow
      const end = this.#answer({
        message: requestMessage(request, target, body.length > 0),
        body: new WholeBody(body, pairsOf(request.rawTrailers)),
        responder: handed.responder,
      })
      const problem = handed.complete(end.kind === 'failed' ? end.error : undefined)
      socket.overflow = undefined
      return { end, problem }
    })
    this.#settle(socket, response, { framing, isTakenBack })
  }

  /** Runs one request. Returns whether the daemon took its connection back meanwhile. */
  #run(
    connection: number,
    answer: () => { readonly end: GuestEnd; readonly problem?: string | undefined },
  ): boolean {
    const startedAt = performance.now()
    this.#activity.begin(startedAt)
    const current: Current = { connection, isTold: false }
    this.#current = current
    this.#status.begin(connection, this.#tiedBeside(connection))
    // The daemon waits for `answered`, which is always sent for announced requests.
    if (connection === 0) this.#tell()
    const { end, problem } = answer()
    this.#current = undefined
    this.#status.end()
    const tookMs = performance.now() - startedAt
    this.#activity.end(tookMs)
    const isLate = tookMs > LATE_AFTER_MS
    if (current.isTold || isLate || end.kind !== 'printed' || problem !== undefined)
      this.#link.send({ type: 'answered', end, connection, ...(problem !== undefined && { problem }) })
    return isLate && this.#askWhatIsLeft(connection)
  }

  #tell(): void {
    const current = this.#current
    if (current === undefined || current.isTold) return
    current.isTold = true
    this.#link.queue({ type: 'begun', connection: current.connection })
  }

  #tiedBeside(connection: number): readonly number[] {
    const tied: number[] = []
    for (const socket of this.#tied) if (socket.connection !== connection) tied.push(socket.connection)
    return tied
  }

  /** Sends what the kernel has no room for through the daemon, at the client's pace. */
  #overflow(): (bytes: Uint8Array) => void {
    let sink: OutgoingBytes | undefined
    return (bytes) => {
      sink ??= new OutgoingBytes(this.link, new Wants(this.link, REQUEST), REQUEST)
      for (let rest = bytes; rest.length > 0;) {
        if (!sink.ready()) sink.wait(undefined)
        const room = sink.room()
        if (room === undefined) return
        sink.write(rest.subarray(0, room))
        rest = rest.subarray(room)
      }
    }
  }

  /** Called when the guest has ended. Everything read from the connection is answered now, except for pipelined requests. */
  #settle(
    socket: HandedSocket,
    response: ServerResponse,
    { framing, isTakenBack }: { readonly framing: Framing; readonly isTakenBack: boolean },
  ): void {
    if (socket.isBroken) socket.destroy()
    const isTraced = socket.dropRequest(framing)
    const isLast = !isTraced || socket.consumed.length > 0 || !response.shouldKeepAlive
    if (isTakenBack || socket.isOverflowing) {
      socket.consumed = []
      this.#return(socket, isLast)
      return
    }
    // Its remaining bytes could be taken for another request.
    if (!isTraced) socket.destroySoon()
    const untie = () => {
      if (socket.consumed.length === 0) this.#tied.delete(socket)
    }
    if (response.writableFinished) untie()
    else response.once('finish', untie)
  }

  #askWhatIsLeft(current: number): boolean {
    this.#link.send({ type: 'late' })
    const { message } = this.#link.receive()
    if (message.type !== 'taken-back') throw new Error(`expected what was taken back, found ${message.type}`)
    for (const connection of message.connections) {
      if (connection === current) continue
      const socket = this.#sockets.get(connection)
      if (socket === undefined) this.#takenBack.add(connection)
      else this.#drop(socket)
    }
    return message.connections.includes(current)
  }

  /** Leaves the request to the daemon, unless what was read contains earlier requests, which the daemon would answer again. */
  #putBack(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request
    if (!(socket instanceof HandedSocket) || socket.isReturned) return
    if (socket.requests <= 1) this.#return(socket, false)
    else refuseRequest(response, 503, 'send it by itself')
  }

  #return(socket: HandedSocket, isLast: boolean): void {
    if (socket.isReturned || socket.destroyed) return
    const { connection } = socket
    // The daemon would answer all that was read, but a part of it is already answered.
    if (socket.requests > 1 || (this.#tied.has(socket) && socket.writableLength > 0)) {
      socket.destroy()
      return
    }
    socket.endReading()
    for (const bytes of socket.consumed)
      for (let at = 0; at < bytes.length; at += BODY_PIECE_BYTES)
        this.#link.queue({ type: 'consumed', connection, bytes: bytes.subarray(at, at + BODY_PIECE_BYTES) })
    this.#link.send({ type: 'returned', connection, isLast })
    this.#drop(socket)
  }

  /** Closes this process's copy of a connection that the daemon has; for the client, the connection stays open. */
  #drop(socket: HandedSocket): void {
    socket.isReturned = true
    socket.stopReading()
    socket.destroy()
    this.#sockets.delete(socket.connection)
    this.#tied.delete(socket)
  }

  #forget(socket: HandedSocket): void {
    this.#tied.delete(socket)
    if (socket.isReturned) return
    this.#sockets.delete(socket.connection)
    this.#link.send({ type: 'closed', connection: socket.connection })
  }
}
