import { Later } from '@proplet/component/link/async/host.js'
import type { Channel } from '@proplet/component/link/async/channel.js'
import type { HostWork } from '@proplet/component/link/async/work.js'
import {
  anyAddress,
  isUnicast,
  isUnspecified,
  toEndpoint,
  toSocketAddress,
  type Family,
  type IpSocketAddress,
} from '../../sockets/address.js'
import { KeepAlive } from '../../sockets/keep-alive.js'
import { positive } from '../../sockets/options.js'
import type { Accepting, BoundSocket, Connected, Endpoint, Listening, Network } from '../../sockets/port.js'
import { Connection, refuseToReceive, refuseToSend } from './connection.js'
import { attempt, errorCode, resultOf, socketError } from './error.js'
import { Socket } from './options.js'

type State =
  | { readonly is: 'unbound' | 'connecting' | 'closed' }
  | { readonly is: 'bound'; readonly socket: BoundSocket }
  | { readonly is: 'connected'; readonly ends: Connected; readonly connection: Connection }
  | { readonly is: 'listening'; readonly left: () => void }

/** `tcp-socket` of wasi:sockets/types. */
export class TcpSocket extends Socket {
  readonly #work: HostWork
  readonly #network: Network
  readonly #family: Family
  readonly #keepAlive = new KeepAlive()
  #state: State = { is: 'unbound' }
  #local: Endpoint | undefined

  constructor(work: HostWork, network: Network, family: Family) {
    super()
    this.#work = work
    this.#network = network
    this.#family = family
  }

  bind(address: IpSocketAddress): void {
    if (this.#state.is !== 'unbound') throw socketError('invalid-state')
    this.#checkAddress(address)
    const socket = this.#network.bind(toEndpoint(address))
    try {
      this.#local = settled(socket).local
    } catch (error) {
      socket.close()
      throw error
    }
    this.#state = { is: 'bound', socket }
  }

  connect(address: IpSocketAddress): Later {
    const state = this.#state
    if (state.is !== 'unbound' && state.is !== 'bound') throw socketError('invalid-state')
    this.#checkAddress(address)
    const remote = toEndpoint(address)
    if (remote.port === 0 || isUnspecified(remote)) throw socketError('invalid-argument')
    this.#state = { is: 'connecting' }
    return new Later((done) => {
      const accepting =
        state.is === 'bound' ? state.socket.connect(remote) : this.#network.connect(remote, undefined)
      const stop = accepting.notify(() => {
        const ends = resultOf(() => accepting.get())
        if (this.#state.is !== 'connecting') {
          accepting.close()
          done({ tag: 'err', val: errorCode('connection-aborted') })
          return
        }
        if (ends.tag === 'ok') this.#connected(ends.val, accepting)
        else this.#state = { is: 'closed' }
        done(ends.tag === 'ok' ? { tag: 'ok' } : ends)
      })
      return () => {
        if (this.#state.is !== 'connecting') return
        this.#state = { is: 'closed' }
        stop()
        accepting.close()
      }
    })
  }

  /** A stream of sockets. */
  listen(): Channel {
    const state = this.#state
    if (state.is !== 'unbound' && state.is !== 'bound') throw socketError('invalid-state')
    const listening =
      state.is === 'bound' ? state.socket.listen() : this.#network.listen(anyAddress(this.#family))
    this.#state = { is: 'closed' }
    this.#local = settled(listening).local
    // The listener is open as long as the socket or the stream of its connections exists.
    let users = 2
    const left = () => {
      users -= 1
      if (users === 0) listening.close()
    }
    this.#state = { is: 'listening', left }
    let waiting: Accepting | undefined
    return this.#work.stream({
      next: (done) => {
        const accepting = (waiting = listening.accept())
        return accepting.notify(() => {
          waiting = undefined
          const ends = resultOf(() => accepting.get())
          done(ends.tag === 'ok' ? [this.#accepted(ends.val, accepting)] : undefined)
        })
      },
      close: () => {
        waiting?.close()
        left()
      },
    })
  }

  send(data: unknown): Channel {
    return this.#state.is === 'connected' ? this.#state.connection.send(data) : refuseToSend(data)
  }

  receive(): [Channel, Channel] {
    return this.#state.is === 'connected' ? this.#state.connection.receive() : refuseToReceive()
  }

  getLocalAddress(): IpSocketAddress {
    const local = this.#state.is === 'connected' ? this.#state.ends.local : this.#local
    if (local === undefined) throw socketError('invalid-state')
    return toSocketAddress(local)
  }

  getRemoteAddress(): IpSocketAddress {
    if (this.#state.is !== 'connected') throw socketError('invalid-state')
    return toSocketAddress(this.#state.ends.remote)
  }

  getIsListening(): boolean {
    return this.#state.is === 'listening'
  }

  getAddressFamily(): Family {
    return this.#family
  }

  setListenBacklogSize(value: bigint): void {
    attempt(() => positive(value))
    if (this.#state.is === 'connecting' || this.#state.is === 'connected') throw socketError('invalid-state')
  }

  getKeepAliveEnabled(): boolean {
    return this.#keepAlive.enabled
  }

  setKeepAliveEnabled(value: boolean): void {
    this.#keepAlive.enabled = value
  }

  getKeepAliveIdleTime(): bigint {
    return this.#keepAlive.idle
  }

  setKeepAliveIdleTime(value: bigint): void {
    attempt(() => this.#keepAlive.setIdle(value))
  }

  getKeepAliveInterval(): bigint {
    return this.#keepAlive.interval
  }

  setKeepAliveInterval(value: bigint): void {
    attempt(() => this.#keepAlive.setInterval(value))
  }

  getKeepAliveCount(): number {
    return this.#keepAlive.count
  }

  setKeepAliveCount(value: number): void {
    attempt(() => this.#keepAlive.setCount(value))
  }

  getHopLimit(): number {
    return this.options.hopLimit()
  }

  setHopLimit(value: number): void {
    attempt(() => this.options.setHopLimit(value))
  }

  [Symbol.dispose](): void {
    const state = this.#state
    this.#state = { is: 'closed' }
    if (state.is === 'bound') state.socket.close()
    if (state.is === 'connected') state.connection.left()
    if (state.is === 'listening') state.left()
  }

  /** A new socket of the same class. */
  protected another(): TcpSocket {
    return new TcpSocket(this.#work, this.#network, this.#family)
  }

  #connected(ends: Connected, { stream }: Accepting): void {
    this.#state = { is: 'connected', ends, connection: new Connection(this.#work, stream) }
  }

  /** It inherits the options of its listener. */
  #accepted(ends: Connected, accepting: Accepting): TcpSocket {
    const socket = this.another()
    socket.options.copy(this.options)
    socket.#keepAlive.copy(this.#keepAlive)
    socket.#connected(ends, accepting)
    return socket
  }

  #checkAddress(address: IpSocketAddress): void {
    if (address.tag !== this.#family || !isUnicast(address)) throw socketError('invalid-argument')
  }
}

/** The result of a function that cannot wait, which is available at once. */
const settled = (pending: BoundSocket | Listening) =>
  attempt(() => {
    while (!pending.ready()) pending.wait(undefined)
    return pending.get()
  })
