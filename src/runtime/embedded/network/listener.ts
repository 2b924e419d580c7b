import { createServer, type Server, type Socket } from 'node:net'
import type { NetworkError, SocketAddress } from '../../guest/protocol.js'
import { Waiter, type Answer, type Given } from '../bytes/waiter.js'
import { Connection } from './connection.js'
import { socketErrorOf } from './error.js'
import type { Opened, OpenedMessage } from './opened.js'
import type { Reach } from '../../../net/guest-reach.js'

/** Connections that nobody has accepted yet. */
const MAX_WAITING = 128

/** A TCP listener of a guest. */
export class Listener implements Opened {
  readonly isFlooded = false
  readonly #waiter = new Waiter(() => this.#take())
  readonly #maxWaiting: number
  readonly #sockets: Socket[] = []
  readonly #wanted: ((socket: Socket) => void)[] = []
  #server: Server | undefined
  #error: NetworkError | undefined

  constructor({ address, port }: SocketAddress, reach: Reach, backlog = MAX_WAITING) {
    this.#maxWaiting = Math.min(Math.max(1, backlog), MAX_WAITING)
    if (!reach.admitsBinding(`a listener at ${address}:${port}`)) {
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
    server.listen({ host: address, port, backlog: this.#maxWaiting }, () => this.#waiter.offer())
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
    const use = this.#wanted.shift()
    if (use !== undefined) use(socket)
    else if (this.#sockets.length < this.#maxWaiting) this.#sockets.push(socket)
    else socket.destroy()
  }

  #take(): Given | undefined {
    if (this.#error !== undefined) return { state: 'broken', error: this.#error }
    const local = this.#server?.address()
    if (local === null || typeof local !== 'object') return undefined
    return { state: 'some', answer: { kind: 'socket', local: { address: local.address, port: local.port } } }
  }
}
