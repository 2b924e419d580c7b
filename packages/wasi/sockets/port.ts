import type { BodySink, BodySource } from '../http/message.js'
import type { Notifier, Readiness } from '../host/waiting.js'

/** An IP address as text. */
export type Endpoint = { readonly address: string; readonly port: number }

/** The error code of wasi:sockets that somebody else found. */
export class SocketFailure extends Error {
  override readonly name = 'SocketFailure'
  readonly code: string

  constructor(code: string) {
    super(code)
    this.code = code
  }
}

/** Something that was asked for. */
export type Pending<T> = Readiness &
  Notifier & {
    /** Once it is ready. SocketFailure: there will be none. */
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
  /** Undefined if there is none yet; a `SocketFailure` if there will be none. */
  receive(): Datagram | undefined
  send(data: Uint8Array, to: Endpoint): void
  /** Whether what was sent last is on its way. */
  readonly sent: Notifier & { get(): void }
  /** The only peer to exchange datagrams with; undefined for everyone. Pending while the local address is undecided. */
  associate(peer: Endpoint | undefined): Pending<Bound>
}

/** An address that is held. Of `listen` and `connect` one may be called, once. */
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
