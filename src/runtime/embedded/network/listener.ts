import { createServer, type Server, type Socket } from 'node:net'
import type { NetworkError, SocketAddress } from '../../guest/channel/protocol.js'
import { Waiter, type Answer, type Given } from '../bytes/waiter.js'
import { Connection } from './connection.js'
import { socketErrorOf } from './error.js'
import type { Opened, OpenedMessage } from './opened.js'
import type { Reach } from '../../../net/guest-reach.js'

/** Connections that wait to be accepted. */
const MAX_WAITING = 128

/**
 * A TCP listener of a guest, or only a bound address. Node.js can reserve an address only by listening on it: connections that
 * arrive before the guest listens are closed.
 */
export class Listener implements Opened {
  readonly isFlooded = false
  readonly #waiter = new Waiter(() => this.#take())
  readonly #maxWaiting: number
  readonly #sockets: Socket[] = []
  readonly #wanted: ((socket: Socket) => void)[] = []
  #server: Server | undefined
  #error: NetworkError | undefined
  #isListening: boolean

  constructor(
    { address, port }: SocketAddress,
    reach: Reach,
    state: 'bound' | 'listening',
    backlog = MAX_WAITING,
  ) {
    this.#maxWaiting = Math.min(Math.max(1, backlog), MAX_WAITING)
    this.#isListening = state === 'listening'
    const what = `a listener at ${address}:${port}`
    const isOfAnyPort = state === 'bound' && port === 0
    if (!(isOfAnyPort ? reach.admitsAnyPort(what) : reach.admitsBinding(what))) {
      this.#error = { tag: 'access-denied' }
      return
    }
    const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (socket) =>
      this.#offer(socket),
    )
    this.#server = server
    server.on('error', (error) => {
      this.#error ??= socketErrorOf(error)
      this.#waiter.offer()
    })
    server.listen({ host: address, port, ipv6Only: true, backlog: this.#maxWaiting }, () =>
      this.#waiter.offer(),
    )
  }

  get isListening(): boolean {
    return this.#isListening
  }

  /** Undefined until it is bound. */
  get local(): SocketAddress | undefined {
    const local = this.#server?.address()
    return local === null || typeof local !== 'object'
      ? undefined
      : { address: local.address, port: local.port }
  }

  /** Starts to accept on a socket that was only bound so far. */
  listen(reach: Reach): void {
    const { local } = this
    if (local === undefined || this.#error !== undefined) return
    if (reach.admitsBinding(`a listener at ${local.address}:${local.port}`)) this.#isListening = true
    else {
      this.#error = { tag: 'access-denied' }
      this.close()
    }
  }

  accept(): Connection {
    if (this.#error !== undefined) return Connection.failed(this.#error)
    const { connection, use } = Connection.accepted()
    const socket = this.#sockets.shift()
    if (socket === undefined) this.#wanted.push(use)
    else use(socket)
    return connection
  }

  message(message: OpenedMessage, answer: Answer): void {
    if (message.type === 'want') this.#waiter.ask(message.waitMs, answer)
  }

  close(): void {
    this.#server?.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #offer(socket: Socket): void {
    if (!this.#isListening) {
      socket.resetAndDestroy()
      return
    }
    const use = this.#wanted.shift()
    if (use !== undefined) use(socket)
    else if (this.#sockets.length < this.#maxWaiting) this.#sockets.push(socket)
    else socket.destroy()
  }

  #take(): Given | undefined {
    if (this.#error !== undefined) return { state: 'broken', error: this.#error }
    const { local } = this
    return local && { state: 'some', answer: { kind: 'socket', local } }
  }
}
