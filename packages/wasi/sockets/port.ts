import type { BodySink, BodySource } from '../http/message.js'
import type { Notifier, Readiness } from '../host/waiting.js'

/** An IP address as text. */
export type Endpoint = { readonly address: string; readonly port: number }

/** A failure of the network, with an error code of wasi:sockets. */
export class SocketFailure extends Error {
  override readonly name = 'SocketFailure'
  readonly code: string

  constructor(code: string) {
    super(code)
    this.code = code
  }
}

/** A pending operation. */
export type Pending<T> = Readiness &
  Notifier & {
    /** The result, once it is ready. Throws SocketFailure if it failed. */
    get(): T
    close(): void
  }

export type Names = { readonly addresses: readonly string[] }
export type Bound = { readonly local: Endpoint }
export type Connected = Bound & { readonly remote: Endpoint }

export type Stream = { readonly source: BodySource; readonly sink: BodySink; close(): void }

export type Accepting = Pending<Connected> & { readonly stream: Stream }

export type Listening = Pending<Bound> & { accept(): Accepting }

export type Datagram = { readonly data: Uint8Array; readonly from: Endpoint }

export type DatagramSocket = Pending<Bound> & {
  readonly readable: Readiness & Notifier
  /** Undefined if there is none yet. Throws SocketFailure if there will be none. */
  receive(): Datagram | undefined
  send(data: Uint8Array, to: Endpoint): void
  /** Whether the last datagrams are on their way. */
  readonly sent: Notifier & { get(): void }
  /** Sets the only peer to exchange datagrams with; undefined for any. Pending while the local address is undetermined. */
  associate(peer: Endpoint | undefined): Pending<Bound>
}

/** A reserved address. Either `listen` or `connect` may be called, once. */
export type BoundSocket = Pending<Bound> & {
  listen(): Listening
  connect(remote: Endpoint): Accepting
}

/** The network of one guest. */
export type Network = {
  lookup(name: string): Pending<Names>
  connect(remote: Endpoint, local: Endpoint | undefined): Accepting
  listen(local: Endpoint): Listening
  bind(local: Endpoint): BoundSocket
  datagrams(local: Endpoint): DatagramSocket
}
