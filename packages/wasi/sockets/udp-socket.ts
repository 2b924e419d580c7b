import { Pollable } from '../preview2/pollable.js'
import { anyAddress, toEndpoint, toSocketAddress, type Family, type IpSocketAddress } from './address.js'
import { attempt, socketError } from './error.js'
import { SocketOptions } from './options.js'
import type { DatagramSocket, Endpoint, Network } from './port.js'

type IncomingDatagram = { readonly data: Uint8Array; readonly remoteAddress: IpSocketAddress }
type OutgoingDatagram = { readonly data: Uint8Array; readonly remoteAddress: IpSocketAddress | undefined }

/** Maximum number of datagrams of one call. */
const MAX_SEND = 16n
const MAX_DATAGRAM_BYTES = 65_507

/** `incoming-datagram-stream` of wasi:sockets/udp. */
export class IncomingDatagramStream {
  readonly #socket: DatagramSocket
  readonly #remote: Endpoint | undefined

  constructor(socket: DatagramSocket, remote: Endpoint | undefined) {
    this.#socket = socket
    this.#remote = remote
  }

  receive(max: bigint): IncomingDatagram[] {
    const found: IncomingDatagram[] = []
    while (BigInt(found.length) < max) {
      const datagram = attempt(() => this.#socket.receive())
      if (datagram === undefined) break
      const { data, from } = datagram
      if (
        this.#remote === undefined ||
        (from.address === this.#remote.address && from.port === this.#remote.port)
      )
        found.push({ data, remoteAddress: toSocketAddress(from) })
    }
    return found
  }

  subscribe(): Pollable {
    return new Pollable(this.#socket.readable)
  }

  [Symbol.dispose](): void {
    // The socket owns it.
  }
}

/** `outgoing-datagram-stream` of wasi:sockets/udp. */
export class OutgoingDatagramStream {
  readonly #socket: DatagramSocket
  readonly #remote: Endpoint | undefined

  constructor(socket: DatagramSocket, remote: Endpoint | undefined) {
    this.#socket = socket
    this.#remote = remote
  }

  checkSend(): bigint {
    return MAX_SEND
  }

  send(datagrams: readonly OutgoingDatagram[]): bigint {
    for (const { data, remoteAddress } of datagrams) {
      const to = remoteAddress === undefined ? this.#remote : toEndpoint(remoteAddress)
      if (to === undefined || to.port === 0) throw socketError('invalid-argument')
      if (data.length > MAX_DATAGRAM_BYTES) throw socketError('datagram-too-large')
      this.#socket.send(data, to)
    }
    return BigInt(datagrams.length)
  }

  subscribe(): Pollable {
    return new Pollable({ ready: () => true, wait: () => undefined })
  }

  [Symbol.dispose](): void {
    // The socket owns it.
  }
}

/** `udp-socket` of wasi:sockets/udp. */
export class UdpSocket extends SocketOptions {
  readonly #network: Network
  readonly #family: Family
  #socket: DatagramSocket | undefined
  #isBound = false
  #remote: Endpoint | undefined

  constructor(network: Network, family: Family) {
    super()
    this.#network = network
    this.#family = family
  }

  startBind(_network: unknown, address: IpSocketAddress): void {
    if (this.#socket !== undefined) throw socketError('invalid-state')
    if (address.tag !== this.#family) throw socketError('invalid-argument')
    this.#socket = this.#network.datagrams(toEndpoint(address))
  }

  finishBind(): void {
    const socket = this.#socket
    if (socket === undefined || this.#isBound) throw socketError('not-in-progress')
    if (!socket.ready()) throw socketError('would-block')
    attempt(() => socket.get())
    this.#isBound = true
  }

  stream(remote: IpSocketAddress | undefined): [IncomingDatagramStream, OutgoingDatagramStream] {
    if (this.#socket !== undefined && !this.#isBound) throw socketError('invalid-state')
    const socket = (this.#socket ??= this.#network.datagrams(anyAddress(this.#family)))
    this.#isBound = true
    // An unavailable socket is reported here, because sends are not acknowledged.
    socket.wait(undefined)
    attempt(() => socket.get())
    this.#remote = remote && toEndpoint(remote)
    return [
      new IncomingDatagramStream(socket, this.#remote),
      new OutgoingDatagramStream(socket, this.#remote),
    ]
  }

  localAddress(): IpSocketAddress {
    const socket = this.#socket
    if (socket === undefined || !this.#isBound) throw socketError('invalid-state')
    if (!socket.ready()) socket.wait(undefined)
    return toSocketAddress(attempt(() => socket.get()).local)
  }

  remoteAddress(): IpSocketAddress {
    if (this.#remote === undefined) throw socketError('invalid-state')
    return toSocketAddress(this.#remote)
  }

  addressFamily(): Family {
    return this.#family
  }

  unicastHopLimit(): number {
    return this.hopLimit()
  }

  setUnicastHopLimit(value: number): void {
    this.setHopLimit(value)
  }

  subscribe(): Pollable {
    return new Pollable(this.#socket ?? { ready: () => true, wait: () => undefined })
  }

  [Symbol.dispose](): void {
    this.#socket?.close()
  }
}
