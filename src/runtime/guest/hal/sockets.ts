import { isIP } from 'node:net'
import { IncomingBytes } from '../channel/incoming-bytes.js'
import type { Link } from '../channel/link.js'
import { OutgoingBytes } from '../channel/outgoing-bytes.js'
import type { NetworkRequest, SocketAddress } from '../channel/protocol.js'
import { Remote } from '../channel/remote.js'
import { failure, HalFailure } from '../../hal/failure.js'
import { MAX_RECEIVE_BYTES, MAX_SOCKETS } from '../../hal/limits.js'
import { socketFailure } from './socket-failure.js'
import type { HalSocket, Protocol, Role } from './socket-state.js'
import { receiveDatagram, receiveStream, sendDatagram, sendStream } from './transfer.js'

export type Address = { readonly ip: string; readonly port: number }

const FIRST_HANDLE = 2n ** 62n
/** Handles on the channel that `wasi:sockets` of the same instance does not use. */
const FIRST_REMOTE = 2 ** 32
const NO_BYTES = new Uint8Array(0)

const NOT_CONNECTED = 'socket not yet bound/connected'
const NO_TLS_LISTENER = 'TLS/DTLS listen requires server certificates not modelled by WIT'
const NO_DTLS = 'connect() only supported for TCP in v1'

/** The sockets of one instance. They live in the daemon, which allows what `wasi:sockets` of the same task may do. */
export class Sockets {
  readonly #link: Link
  readonly #sockets = new Map<bigint, HalSocket>()
  #lastHandle = FIRST_HANDLE - 1n
  #lastRemote = FIRST_REMOTE

  constructor(link: Link) {
    this.#link = link
  }

  create(protocol: Protocol): bigint {
    return this.#add({ protocol, role: { kind: 'new', local: undefined } })
  }

  /** Only stores the address. */
  bind(handle: bigint, { ip, port }: Address): void {
    const { protocol, role } = this.#find(handle)
    if (role.kind !== 'new') throw new HalFailure('socket already activated; cannot bind')
    if (isIP(ip) === 0) throw failure('parameter', 'the address to bind to is not an IP address')
    this.#sockets.set(handle, { protocol, role: { kind: 'new', local: { address: ip, port } } })
  }

  listen(handle: bigint, backlog: number): void {
    const { protocol, role } = this.#find(handle)
    if (protocol === 'tls' || protocol === 'dtls') throw new HalFailure(NO_TLS_LISTENER)
    if (role.kind !== 'new') throw new HalFailure('socket already activated; cannot listen')
    const { local } = role
    if (local === undefined) throw new HalFailure('bind() must precede listen()')
    const what = `a listener at ${local.address}:${local.port}`
    if (protocol === 'tcp') {
      const remote = this.#open({ kind: 'listen', local, backlog }, what)
      this.#become(handle, { kind: 'listening', remote })
    } else {
      const remote = this.#open({ kind: 'datagrams', local }, what)
      this.#become(handle, { kind: 'datagrams', remote, peer: undefined })
    }
  }

  /** The host may be a name, which is resolved. */
  connect(handle: bigint, { ip, port }: Address): void {
    const { protocol, role } = this.#find(handle)
    if (protocol === 'dtls') throw new HalFailure(NO_DTLS)
    if (role.kind !== 'new') throw new HalFailure('socket already activated; cannot connect')
    const what = `${ip}:${port}`
    const peer = { address: this.#addressOf(ip), port }
    const { local } = role
    if (protocol === 'udp') {
      const any = { address: isIP(peer.address) === 6 ? '::' : '0.0.0.0', port: 0 }
      const remote = this.#open({ kind: 'datagrams', local: local ?? any, peer }, what)
      this.#become(handle, { kind: 'datagrams', remote, peer })
      return
    }
    const request = { kind: 'connect', remote: peer, local: local ?? null } as const
    const remote = this.#open(protocol === 'tls' ? { ...request, tlsName: ip } : request, what)
    this.#become(handle, this.#connected(remote))
  }

  /** Waits for the next connection. */
  accept(handle: bigint): bigint {
    const { role } = this.#find(handle)
    if (role.kind !== 'listening') throw new HalFailure(NOT_CONNECTED)
    this.#checkRoom()
    const remote = this.#open({ kind: 'accept', listener: role.remote.handle }, 'a connection')
    return this.#add({ protocol: 'tcp', role: this.#connected(remote) })
  }

  /** Sends all bytes, and returns their number. */
  send(handle: bigint, data: Uint8Array): number {
    const { role } = this.#find(handle)
    if (role.kind === 'connected') sendStream(role.sink, data)
    else if (role.kind === 'datagrams' && role.peer !== undefined)
      sendDatagram(this.#link, role.remote, role.peer, data)
    else throw new HalFailure(NOT_CONNECTED)
    return data.length
  }

  /** Waits for bytes, or for a datagram, whose excess is lost; empty at the end of a connection. */
  receive(handle: bigint, maxLength: number): Uint8Array {
    const { role } = this.#find(handle)
    if (role.kind !== 'connected' && role.kind !== 'datagrams') throw new HalFailure(NOT_CONNECTED)
    const max = Math.min(maxLength, MAX_RECEIVE_BYTES)
    if (max === 0) return NO_BYTES
    return role.kind === 'connected'
      ? receiveStream(role.source, max)
      : receiveDatagram(role.remote, role.peer, max)
  }

  close(handle: bigint): void {
    const { role } = this.#find(handle)
    if (role.kind === 'connected') role.sink.finish([])
    if (role.kind !== 'new') role.remote.close()
    this.#sockets.delete(handle)
  }

  #find(handle: bigint): HalSocket {
    const socket = this.#sockets.get(handle)
    if (socket === undefined) throw new HalFailure('unknown socket handle')
    return socket
  }

  #checkRoom(): void {
    if (this.#sockets.size >= MAX_SOCKETS)
      throw failure('network', `at most ${MAX_SOCKETS} sockets at a time`)
  }

  #add(socket: HalSocket): bigint {
    this.#checkRoom()
    this.#lastHandle += 1n
    this.#sockets.set(this.#lastHandle, socket)
    return this.#lastHandle
  }

  #become(handle: bigint, role: Role): void {
    this.#sockets.set(handle, { ...this.#find(handle), role })
  }

  #connected(remote: Remote): Role {
    return {
      kind: 'connected',
      remote,
      source: new IncomingBytes(remote.wants, true),
      sink: new OutgoingBytes(this.#link, remote.wants, remote.handle),
    }
  }

  /** Opens it and waits for the outcome. */
  #open(request: NetworkRequest, what: string): Remote {
    const remote = this.#request(request)
    try {
      remote.wait(undefined)
      remote.answer(socketFailure(what))
      return remote
    } catch (error) {
      remote.close()
      throw error
    }
  }

  #request(request: NetworkRequest): Remote {
    this.#lastRemote += 1
    return new Remote(this.#link, this.#lastRemote, request)
  }

  #addressOf(host: string): SocketAddress['address'] {
    if (isIP(host) !== 0) return host
    const lookup = this.#request({ kind: 'lookup', name: host })
    try {
      lookup.wait(undefined)
      const answer = lookup.answer(socketFailure(host))
      const [first] = answer.kind === 'addresses' ? answer.addresses : []
      if (first === undefined) throw failure('network', 'name unresolvable')
      return first
    } finally {
      lookup.close()
    }
  }
}
