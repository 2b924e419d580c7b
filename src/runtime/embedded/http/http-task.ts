import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Outcome } from '../../../model/outcome.js'
import * as E from 'fp-ts/lib/Either.js'
import type { RunEvent, RunRequest, StopReason } from '../../../model/runtime.js'
import { BurstReport } from '../../../host/burst-report.js'
import type { Member } from '../guests/idle-members.js'
import { verdictOfStop } from '../run/verdict.js'
import { Children, type ChildrenParts } from './children.js'
import { Connections } from './connections.js'
import { endpointOf, type Endpoint } from './endpoint.js'
import { Exchange } from './exchange.js'
import { listen } from './listen.js'
import { refuseRequest } from '../../guest/http/messages/error-response.js'
import { requestTimeoutOf, SERVER_OPTIONS } from '../../guest/http/messages/server-options.js'
import { targetOf } from '../../guest/http/messages/target.js'
import type { HttpOptions } from '../../../model/http-options.js'
import { messageOf } from '../../../model/message-of.js'

export type HttpTaskHooks = {
  readonly event: (event: RunEvent) => void
  readonly ended: (outcome: Outcome, runMs: number) => void
}

export type HttpTaskParts = Omit<ChildrenParts, 'maxChildren' | 'handed'> & {
  /** Undefined if serving is not allowed. */
  readonly http: HttpOptions | undefined
}

/** More connections than requests, because kept-alive connections may be idle. */
const CONNECTIONS_A_REQUEST = 4

/**
 * A component that serves HTTP, from its first child to its end. The daemon owns the listener; the children come from the pool.
 * Invariant: `ended` is called once, when the listener is closed and all children are released.
 */
export class HttpTask {
  readonly #hooks: HttpTaskHooks
  readonly #children: Children
  readonly #failures: BurstReport<string>
  readonly #exchanges = new Set<Exchange>()
  readonly #startedAt = performance.now()
  readonly #graceMs: number
  readonly #hal: HttpTaskParts['hal']
  #server: Server | undefined
  #connections: Connections | undefined
  /** Makes the server of Node.js serve a connection. */
  #serve: ((socket: Socket) => void) | undefined
  #outcome: Outcome | undefined
  #graceTimer: NodeJS.Timeout | undefined
  #hasChildren = true
  #isListening = false

  /** @param takesConnections whether the first child can be handed connections */
  constructor(
    { member, takesConnections }: { readonly member: Member; readonly takesConnections: boolean },
    request: RunRequest,
    parts: HttpTaskParts,
    hooks: HttpTaskHooks,
  ) {
    const { http } = parts
    this.#hal = parts.hal
    this.#hooks = hooks
    this.#graceMs = http?.graceMs ?? 0
    this.#failures = new BurstReport({
      more: (error, count) => this.#warn(count === 1 ? error : `${error} (the last of ${count} in a second)`),
    })
    this.#children = new Children(
      request,
      {
        ...parts,
        maxChildren: http?.maxChildren ?? 1,
        handed: {
          timeoutMs: http?.timeoutMs ?? 0,
          bodyMaxBytes: http?.bodyMaxBytes ?? 0,
          requestTimeoutMs: requestTimeoutOf(http?.timeoutMs ?? 0),
        },
      },
      {
        output: (stream, data) => hooks.event({ type: 'output', stream, data }),
        warn: (message) => this.#report(message),
        problem: (error) => this.#report(error),
        returned: (socket, consumed, isLast) => this.#takeBack(socket, consumed, isLast),
        empty: () => {
          this.#hasChildren = false
          this.#finish()
        },
      },
    )
    this.#children.adopt(member, takesConnections)
    if (http === undefined) {
      this.#fail('unsupported', 'the component serves HTTP, which PROPLET_HTTP_ENABLED does not allow here')
      return
    }
    const endpoint = endpointOf(request.cliArgs, http)
    if (E.isLeft(endpoint)) this.#fail('call', endpoint.left)
    else void this.#open(endpoint.right, http)
  }

  /** Closes the listener at once, and open connections after the grace period; `ended` follows. */
  stop(reason: StopReason): void {
    this.#close(verdictOfStop(reason)('', ''))
  }

  /** Ends the task without waiting for open requests. */
  kill(): void {
    this.stop('stopped')
    this.#cut()
  }

  async #open(endpoint: Endpoint, options: HttpOptions): Promise<void> {
    const connections = new Connections(options.maxRequests * CONNECTIONS_A_REQUEST)
    this.#connections = connections
    const server = createServer(
      { ...SERVER_OPTIONS, requestTimeout: requestTimeoutOf(options.timeoutMs) },
      (request, response) => {
        const { socket } = request
        connections.begin(socket)
        response.once('close', () => connections.end(socket))
        this.#answer(request, response, options)
      },
    )
    const [serve] = server.listeners('connection')
    server.removeAllListeners('connection')
    server.on('connection', (socket) => {
      connections.add(socket)
      if (this.#serve === undefined || !this.#hand(socket, options)) this.#answerHere(socket, [])
      else connections.remove(socket)
    })
    // The daemon must not read from connections that it hands to a child.
    Reflect.set(server, 'pauseOnConnect', true)
    this.#serve = (socket) => {
      Reflect.apply(serve ?? (() => undefined), server, [socket])
    }
    try {
      const port = await listen(server, endpoint)
      if (this.#outcome !== undefined) {
        server.close()
        return
      }
      this.#server = server
      this.#isListening = true
      server.on('error', (error) => this.#report(`the listener failed: ${error.message}`))
      this.#hooks.event({ type: 'serving', address: endpoint.host, port })
    } catch (error) {
      this.#fail('runtime', messageOf(error))
    }
  }

  /** Hands over at most `maxRequests` connections, because each may have a request. */
  #hand(socket: Socket, { maxRequests }: HttpOptions): boolean {
    return this.#children.connections < maxRequests && this.#children.hand(socket)
  }

  /** Serves the connection in the daemon, which passes its requests to free children. */
  #answerHere(socket: Socket, consumed: readonly Uint8Array[]): void {
    if (socket.destroyed) return
    if (consumed.length > 0) socket.unshift(Buffer.concat(consumed))
    this.#serve?.(socket)
    socket.resume()
  }

  #takeBack(socket: Socket, consumed: readonly Uint8Array[], isLast: boolean): void {
    if (isLast) socket.destroySoon()
    else if (this.#outcome !== undefined && consumed.length === 0) socket.destroySoon()
    else if (consumed.length > 0 || !this.#children.hand(socket)) {
      this.#connections?.add(socket)
      this.#answerHere(socket, consumed)
    }
  }

  #answer(request: IncomingMessage, response: ServerResponse, options: HttpOptions): void {
    const target = targetOf(request)
    if (E.isLeft(target)) {
      refuseRequest(response, 400, target.left)
      return
    }
    const exchange: Exchange = new Exchange({ request, response, target: target.right }, options, {
      left: () => this.#children.forget(exchange),
      failed: (error) => this.#report(error),
      over: () => void this.#exchanges.delete(exchange),
    })
    this.#exchanges.add(exchange)
    if (this.#outcome !== undefined) exchange.refuse(503, 'the server is stopping')
    else if (this.#exchanges.size + this.#children.busy > options.maxRequests)
      exchange.refuse(503, 'too many requests')
    else if (Number(request.headers['content-length'] ?? 0) > options.bodyMaxBytes)
      exchange.refuse(413, 'the request is too long')
    else this.#children.answer(exchange)
  }

  /** Reports a failure. Clients can cause many of them, so they are summarized. */
  #report(error: string): void {
    this.#failures.add(error, () => this.#warn(error))
  }

  #warn(error: string): void {
    this.#hooks.event({ type: 'warning', message: `while serving: ${error}` })
  }

  #fail(code: 'unsupported' | 'call' | 'runtime', error: string): void {
    this.#close({ kind: 'failed', code, error, results: '' })
  }

  #close(outcome: Outcome): void {
    if (this.#outcome !== undefined) return
    this.#outcome = outcome
    this.#hal?.stopping()
    this.#server?.close(() => {
      this.#isListening = false
      this.#finish()
    })
    for (const exchange of this.#exchanges) exchange.isLast()
    this.#graceTimer = setTimeout(() => this.#cut(), this.#graceMs)
    this.#children.close()
  }

  #cut(): void {
    this.#children.cut()
    this.#server?.closeAllConnections()
  }

  #finish(): void {
    if (this.#outcome === undefined || this.#hasChildren || this.#isListening) return
    clearTimeout(this.#graceTimer)
    this.#failures.close()
    this.#hooks.ended(this.#outcome, performance.now() - this.#startedAt)
  }
}
