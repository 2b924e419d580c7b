import { InputStream } from '../preview2/input-stream.js'
import { OutputStream } from '../preview2/output-stream.js'
import { Pollable } from '../preview2/pollable.js'
import {
  anyAddress,
  isUnspecified,
  toEndpoint,
  toSocketAddress,
  type Family,
  type IpSocketAddress,
} from './address.js'
import { attempt, socketError } from './error.js'
import { positive, SocketOptions } from './options.js'
import type { Accepting, Connected, Endpoint, Listening, Network, Stream } from './port.js'

type State =
  | { readonly is: 'unbound' | 'bound' | 'binding' | 'closed' }
  | { readonly is: 'connecting'; readonly pending: Accepting }
  | { readonly is: 'connected'; readonly ends: Connected; readonly stream: Stream }
  | { readonly is: 'starting'; readonly pending: Listening }
  | { readonly is: 'listening'; readonly pending: Listening; readonly next: Accepting }

const SECOND = 1_000_000_000n

/** `tcp-socket` of wasi:sockets/tcp. The address of its bind is final once it connects or listens. */
export class TcpSocket extends SocketOptions {
  readonly #network: Network
  readonly #family: Family
  readonly #keepAlive = { enabled: false, idle: 7200n * SECOND, interval: 75n * SECOND, count: 9 }
  #state: State = { is: 'unbound' }
  #local: Endpoint | undefined

  constructor(network: Network, family: Family) {
    super()
    this.#network = network
    this.#family = family
  }

  startBind(_network: unknown, address: IpSocketAddress): void {
    if (this.#state.is !== 'unbound') throw socketError('invalid-state')
    this.#checkFamily(address)
    this.#local = toEndpoint(address)
    this.#state = { is: 'binding' }
  }

  finishBind(): void {
    if (this.#state.is !== 'binding') throw socketError('not-in-progress')
    this.#state = { is: 'bound' }
  }

  startConnect(_network: unknown, address: IpSocketAddress): void {
    if (this.#state.is !== 'unbound' && this.#state.is !== 'bound') throw socketError('invalid-state')
    this.#checkFamily(address)
    const remote = toEndpoint(address)
    if (remote.port === 0 || isUnspecified(remote)) throw socketError('invalid-argument')
    this.#state = { is: 'connecting', pending: this.#network.connect(remote, this.#local) }
  }

  finishConnect(): [InputStream, OutputStream] {
    const state = this.#state
    if (state.is !== 'connecting') throw socketError('not-in-progress')
    if (!state.pending.ready()) throw socketError('would-block')
    this.#state = { is: 'closed' }
    const ends = attempt(() => state.pending.get())
    return this.#connected(ends, state.pending.stream)
  }

  startListen(): void {
    if (this.#state.is !== 'bound') throw socketError('invalid-state')
    const local = this.#local ?? anyAddress(this.#family)
    this.#state = { is: 'starting', pending: this.#network.listen(local) }
  }

  finishListen(): void {
    const state = this.#state
    if (state.is !== 'starting') throw socketError('not-in-progress')
    const { pending } = state
    if (!pending.ready()) throw socketError('would-block')
    this.#state = { is: 'closed' }
    this.#local = attempt(() => pending.get()).local
    this.#state = { is: 'listening', pending, next: pending.accept() }
  }

  accept(): [TcpSocket, InputStream, OutputStream] {
    const state = this.#state
    if (state.is !== 'listening') throw socketError('invalid-state')
    const { pending, next } = state
    if (!next.ready()) throw socketError('would-block')
    this.#state = { is: 'listening', pending, next: pending.accept() }
    const ends = attempt(() => next.get())
    const accepted = new TcpSocket(this.#network, this.#family)
    return [accepted, ...accepted.#connected(ends, next.stream)]
  }

  localAddress(): IpSocketAddress {
    const local = this.#state.is === 'connected' ? this.#state.ends.local : this.#local
    if (local === undefined || this.#state.is === 'binding') throw socketError('invalid-state')
    return toSocketAddress(local)
  }

  remoteAddress(): IpSocketAddress {
    if (this.#state.is !== 'connected') throw socketError('invalid-state')
    return toSocketAddress(this.#state.ends.remote)
  }

  isListening(): boolean {
    return this.#state.is === 'listening'
  }

  addressFamily(): Family {
    return this.#family
  }

  setListenBacklogSize(value: bigint): void {
    positive(value)
  }

  keepAliveEnabled(): boolean {
    return this.#keepAlive.enabled
  }

  setKeepAliveEnabled(value: boolean): void {
    this.#keepAlive.enabled = value
  }

  keepAliveIdleTime(): bigint {
    return this.#keepAlive.idle
  }

  setKeepAliveIdleTime(value: bigint): void {
    this.#keepAlive.idle = positive(value)
  }

  keepAliveInterval(): bigint {
    return this.#keepAlive.interval
  }

  setKeepAliveInterval(value: bigint): void {
    this.#keepAlive.interval = positive(value)
  }

  keepAliveCount(): number {
    return this.#keepAlive.count
  }

  setKeepAliveCount(value: number): void {
    this.#keepAlive.count = Number(positive(BigInt(value)))
  }

  /** Ready when the pending operation can continue. */
  subscribe(): Pollable {
    const state = this.#state
    if (state.is === 'connecting' || state.is === 'starting') return new Pollable(state.pending)
    if (state.is === 'listening') return new Pollable(state.next)
    return new Pollable({ ready: () => true, wait: () => undefined })
  }

  shutdown(type: 'receive' | 'send' | 'both'): void {
    if (this.#state.is !== 'connected') throw socketError('invalid-state')
    if (type !== 'receive') this.#state.stream.sink.finish([])
  }

  [Symbol.dispose](): void {
    const state = this.#state
    if (state.is === 'connecting' || state.is === 'starting') state.pending.close()
    if (state.is === 'listening') {
      state.next.close()
      state.pending.close()
    }
    // The streams of a connection are separate resources, which close it.
  }

  #connected(ends: Connected, stream: Stream): [InputStream, OutputStream] {
    this.#state = { is: 'connected', ends, stream }
    const { source, sink } = halves(stream)
    return [new InputStream(source), new OutputStream(sink)]
  }

  #checkFamily({ tag }: IpSocketAddress): void {
    if (tag !== this.#family) throw socketError('invalid-argument')
  }
}

/** A connection is closed when both of its streams are dropped; dropping the output stream ends the outgoing data. */
function halves(stream: Stream) {
  const { source, sink } = stream
  let open = 2
  const left = () => {
    open -= 1
    if (open === 0) stream.close()
  }
  return {
    source: {
      read: (length: number) => source.read(length),
      ready: () => source.ready(),
      wait: (deadline: bigint | undefined) => source.wait(deadline),
      close: left,
    },
    sink: {
      room: () => sink.room(),
      write: (bytes: Uint8Array) => sink.write(bytes),
      flush: () => sink.flush(),
      ready: () => sink.ready(),
      wait: (deadline: bigint | undefined) => sink.wait(deadline),
      close: () => {
        sink.finish([])
        left()
      },
    },
  }
}
