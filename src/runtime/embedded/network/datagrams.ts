import { createSocket, type Socket } from 'node:dgram'
import { isIP } from 'node:net'
import type { NetworkError, SocketAddress } from '../../guest/channel/protocol.js'
import { Waiter, type Answer, type Given } from '../bytes/waiter.js'
import { socketErrorOf } from './error.js'
import type { Opened, OpenedMessage } from './opened.js'
import type { Reach } from '../../../net/guest-reach.js'

/** Unread datagrams beyond this are dropped. */
const MAX_WAITING = 64

/** Datagrams that the kernel has not accepted yet; those beyond this are dropped as well. */
const MAX_SENDING = 64

type Wanted = { readonly local: SocketAddress; readonly peer?: SocketAddress }

/** A UDP socket of a guest. */
export class Datagrams implements Opened {
  readonly isFlooded = false
  readonly #reach: Reach
  readonly #bound = new Waiter(() => this.#takeBound())
  readonly #received = new Waiter(() => this.#takeReceived())
  /** Answers the sender once its datagram is on its way. */
  readonly #sent = new Waiter(() => this.#takeSent())
  readonly #waiting: Given[] = []
  #socket: Socket | undefined
  #isBound = false
  #isAssociating = false
  #isAssociated = false
  /** The error of the last change of the peer. */
  #refused: NetworkError | undefined
  #sending = 0
  #sendError: NetworkError | undefined
  #receiveError: NetworkError | undefined
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
    const socket = createSocket(isIP(address) === 6 ? { type: 'udp6', ipv6Only: true } : { type: 'udp4' })
    this.#socket = socket
    socket.on('error', (error) => {
      // Once a socket is bound, an error concerns one datagram: usually, its peer does not listen.
      if (this.#isBound) this.#receiveError = socketErrorOf(error)
      else this.#error ??= socketErrorOf(error)
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
    if (message.type === 'associate') this.#associate(message.to)
    if (message.type !== 'want') return
    if (message.of === 'body') this.#received.ask(message.waitMs, answer)
    else if (message.of === 'room') this.#sent.ask(message.waitMs, answer)
    else this.#bound.ask(message.waitMs, answer)
  }

  close(): void {
    this.#socket?.close()
    this.#socket = undefined
  }

  /** A connected socket sends to its peer without an address. */
  #send({ address, port }: SocketAddress, bytes: Uint8Array): void {
    if (!this.#reach.admits(address, port)) {
      this.#sendError = { tag: 'access-denied' }
      return
    }
    const socket = this.#socket
    // Datagrams may be lost, so what the kernel has no room for is dropped.
    if (socket === undefined || this.#sending >= MAX_SENDING) return
    this.#sending += 1
    const sent = (error: Error | null) => {
      this.#sending -= 1
      if (error !== null) this.#sendError = socketErrorOf(error)
      this.#sent.offer()
    }
    if (this.#isAssociated) socket.send(bytes, sent)
    else socket.send(bytes, port, address, sent)
  }

  #associate(to: SocketAddress | null): void {
    const socket = this.#socket
    if (socket === undefined || this.#error !== undefined) return
    this.#refused = undefined
    if (this.#isAssociated) socket.disconnect()
    this.#isAssociated = false
    if (to === null) return
    if (!this.#reach.admits(to.address, to.port)) {
      this.#refused = { tag: 'access-denied' }
      return
    }
    this.#isAssociating = true
    const connect = () =>
      socket.connect(to.port, to.address, (error?: Error) => {
        this.#isAssociating = false
        if (error === undefined) this.#isAssociated = true
        else this.#refused = socketErrorOf(error)
        this.#bound.offer()
      })
    if (this.#isBound) connect()
    else socket.once('listening', connect)
  }

  #takeBound(): Given | undefined {
    const error = this.#error ?? this.#refused
    if (error !== undefined) return { state: 'broken', error }
    if (!this.#isBound || this.#isAssociating || this.#socket === undefined) return undefined
    const { address, port } = this.#socket.address()
    return { state: 'some', answer: { kind: 'socket', local: { address, port } } }
  }

  #takeSent(): Given | undefined {
    const error = this.#error ?? this.#sendError
    this.#sendError = undefined
    if (error !== undefined) return { state: 'broken', error }
    return this.#sending === 0 ? { state: 'some' } : undefined
  }

  #takeReceived(): Given | undefined {
    const datagram = this.#waiting.shift()
    if (datagram !== undefined) return datagram
    const error = this.#error ?? this.#receiveError
    this.#receiveError = undefined
    return error && { state: 'broken', error }
  }
}
