import { Later } from '@proplet/component/link/async/host.js'
import {
  anyAddress,
  isUnicast,
  isUnspecified,
  toEndpoint,
  toSocketAddress,
  type Family,
  type IpSocketAddress,
} from '../../sockets/address.js'
import type { Bound, DatagramSocket, Endpoint, Network, Pending } from '../../sockets/port.js'
import { attempt, resultOf, socketError } from './error.js'
import { Socket } from './options.js'

const MAX_DATAGRAM_BYTES = 65_507

/** `udp-socket` of wasi:sockets/types. */
export class UdpSocket extends Socket {
  readonly #network: Network
  readonly #family: Family
  #socket: DatagramSocket | undefined
  #local: Endpoint | undefined
  #remote: Endpoint | undefined
  /** Pending receivers, in order. */
  readonly #receivers = new Set<() => void>()
  #stopReceiving: (() => void) | undefined

  constructor(network: Network, family: Family) {
    super()
    this.#network = network
    this.#family = family
  }

  bind(address: IpSocketAddress): void {
    if (this.#socket !== undefined) throw socketError('invalid-state')
    if (address.tag !== this.#family || !isUnicast(address)) throw socketError('invalid-argument')
    this.#bind(toEndpoint(address))
  }

  connect(address: IpSocketAddress): void {
    const remote = this.#checkRemote(address)
    if (remote.port === 0) throw socketError('invalid-argument')
    const socket = this.#socket ?? this.#bind(anyAddress(this.#family))
    this.#remote = undefined
    this.#local = settled(socket.associate(remote)).local
    this.#remote = remote
  }

  disconnect(): void {
    if (this.#socket === undefined || this.#remote === undefined) throw socketError('invalid-state')
    this.#remote = undefined
    this.#local = settled(this.#socket.associate(undefined)).local
  }

  send(data: Uint8Array, address: IpSocketAddress | undefined): Later {
    const remote = address === undefined ? this.#remote : this.#checkRemote(address)
    if (remote === undefined) throw socketError('invalid-argument')
    if (remote.port === 0) throw socketError('address-not-bindable')
    if (this.#remote !== undefined && !isSame(remote, this.#remote)) throw socketError('invalid-argument')
    if (data.length > MAX_DATAGRAM_BYTES) throw socketError('datagram-too-large')
    const socket = this.#socket ?? this.#bind(anyAddress(this.#family))
    return new Later((done) => {
      socket.send(data, remote)
      return socket.sent.notify(() => done(resultOf(() => socket.sent.get())))
    })
  }

  receive(): Later {
    const socket = this.#socket
    if (socket === undefined) throw socketError('invalid-state')
    return new Later((done) => {
      const receiver = () => {
        this.#receivers.delete(receiver)
        done(
          resultOf(() => {
            const datagram = socket.receive()
            return [datagram?.data, datagram && toSocketAddress(datagram.from)]
          }),
        )
      }
      this.#receivers.add(receiver)
      this.#listen(socket)
      return () => {
        this.#receivers.delete(receiver)
        if (this.#receivers.size > 0) return
        this.#stopReceiving?.()
        this.#stopReceiving = undefined
      }
    })
  }

  getLocalAddress(): IpSocketAddress {
    if (this.#local === undefined) throw socketError('invalid-state')
    return toSocketAddress(this.#local)
  }

  getRemoteAddress(): IpSocketAddress {
    if (this.#remote === undefined) throw socketError('invalid-state')
    return toSocketAddress(this.#remote)
  }

  getAddressFamily(): Family {
    return this.#family
  }

  getUnicastHopLimit(): number {
    return this.options.hopLimit()
  }

  setUnicastHopLimit(value: number): void {
    attempt(() => this.options.setHopLimit(value))
  }

  [Symbol.dispose](): void {
    this.#stopReceiving?.()
    this.#socket?.close()
  }

  #bind(local: Endpoint): DatagramSocket {
    const socket = this.#network.datagrams(local)
    try {
      this.#local = settled(socket).local
    } catch (error) {
      socket.close()
      throw error
    }
    this.#socket = socket
    return socket
  }

  /** Waits for one datagram at a time. */
  #listen(socket: DatagramSocket): void {
    this.#stopReceiving ??= socket.readable.notify(() => {
      this.#stopReceiving = undefined
      const [first] = this.#receivers
      first?.()
      if (this.#receivers.size > 0) this.#listen(socket)
    })
  }

  #checkRemote(address: IpSocketAddress): Endpoint {
    const remote = toEndpoint(address)
    if (address.tag !== this.#family || !isUnicast(address) || isUnspecified(remote))
      throw socketError('invalid-argument')
    return remote
  }
}

const isSame = (one: Endpoint, other: Endpoint): boolean =>
  one.address === other.address && one.port === other.port

const settled = (pending: Pending<Bound>): Bound =>
  attempt(() => {
    while (!pending.ready()) pending.wait(undefined)
    return pending.get()
  })
