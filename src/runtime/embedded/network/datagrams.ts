import { createSocket, type Socket } from 'node:dgram'
import { isIP } from 'node:net'
import type { NetworkError, SocketAddress } from '../../guest/protocol.js'
import { Waiter, type Answer, type Given } from '../bytes/waiter.js'
import { socketErrorOf } from './error.js'
import type { Opened, OpenedMessage } from './opened.js'
import type { Reach } from '../../../net/guest-reach.js'

/** Datagrams that nobody has read yet; more are lost, as datagrams are. */
const MAX_WAITING = 64

type Wanted = { readonly local: SocketAddress; readonly peer?: SocketAddress }

/** A UDP socket of a guest. */
export class Datagrams implements Opened {
  readonly isFlooded = false
  readonly #reach: Reach
  readonly #bound = new Waiter(() => this.#takeBound())
  readonly #received = new Waiter(() => this.#takeReceived())
  readonly #waiting: Given[] = []
  #socket: Socket | undefined
  #isBound = false
  #error: NetworkError | undefined

  constructor({ local, peer }: Wanted, reach: Reach) {
    const { address, port } = local
    this.#reach = reach
    const isOwnPort = port !== 0
    const isRefused = peer !== undefined && !reach.admits(peer.address, peer.port)
    if (isRefused || (isOwnPort && !reach.admitsBinding(`a socket at ${address}:${port}`))) {
      this.#error = { tag: 'access-denied' }
      return
    }
    const socket = createSocket(isIP(address) === 6 ? 'udp6' : 'udp4')
    this.#socket = socket
    socket.on('error', (error) => {
      this.#error ??= socketErrorOf(error)
      this.#bound.offer()
      this.#received.offer()
    })
    socket.on('message', (bytes, from) => {
      if (this.#waiting.length < MAX_WAITING)
        this.#waiting.push({ state: 'some', bytes, from: { address: from.address, port: from.port } })
      this.#received.offer()
    })
    socket.bind({ address, port, exclusive: true }, () => {
      this.#isBound = true
      this.#bound.offer()
    })
  }

  message(message: OpenedMessage, answer: Answer): void {
    if (message.type === 'datagram') this.#send(message.to, message.bytes)
    if (message.type !== 'want') return
    if (message.of === 'body') this.#received.ask(message.waitMs, answer)
    else this.#bound.ask(message.waitMs, answer)
  }

  close(): void {
    this.#socket?.close()
    this.#socket = undefined
  }

  #send({ address, port }: SocketAddress, bytes: Uint8Array): void {
    if (!this.#reach.admits(address, port)) return
    // What the kernel has no room for is lost, as datagrams are.
    this.#socket?.send(bytes, port, address, () => undefined)
  }

  #takeBound(): Given | undefined {
    if (this.#error !== undefined) return { state: 'broken', error: this.#error }
    if (!this.#isBound || this.#socket === undefined) return undefined
    const { address, port } = this.#socket.address()
    return { state: 'some', answer: { kind: 'socket', local: { address, port } } }
  }

  #takeReceived(): Given | undefined {
    return this.#waiting.shift() ?? (this.#error && { state: 'broken', error: this.#error })
  }
}
