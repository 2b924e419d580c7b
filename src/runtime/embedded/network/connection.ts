import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { NetworkError, NetworkRequest, SocketAddress } from '../../guest/channel/protocol.js'
import { BodyReader } from '../bytes/body-reader.js'
import { BodyWriter } from '../bytes/body-writer.js'
import { Waiter, type Answer, type Given } from '../bytes/waiter.js'
import { socketErrorOf, tlsErrorOf } from './error.js'
import type { Opened, OpenedMessage } from './opened.js'
import type { Reach } from '../../../net/guest-reach.js'
import { tlsOptions, type TlsTrust } from '../../../net/tls.js'

type Wanted = Omit<Extract<NetworkRequest, { kind: 'connect' }>, 'kind'>

/** How long unsent data may linger after the guest has closed a connection, in milliseconds. */
const LINGER_MS = 5000

/** One TCP connection of a guest. */
export class Connection implements Opened {
  readonly #waiter = new Waiter(() => this.#take())
  #socket: Socket | undefined
  #reader: BodyReader | undefined
  #writer: BodyWriter | undefined
  #isConnected = false
  #error: NetworkError | undefined

  /** Connects; refused if the guest bound the socket to an address. */
  static to(wanted: Wanted, reach: Reach, trust: TlsTrust): Connection {
    const isRefused = wanted.local !== null && !reach.admitsBinding('a local address')
    return isRefused ? Connection.failed({ tag: 'access-denied' }) : Connection.#connect(wanted, reach, trust)
  }

  /** Connects from an address to which the socket was bound before. */
  static from(local: SocketAddress, remote: SocketAddress, reach: Reach, trust: TlsTrust): Connection {
    return Connection.#connect({ remote, local }, reach, trust)
  }

  static #connect({ remote, local, tlsName }: Wanted, reach: Reach, trust: TlsTrust): Connection {
    const connection = new Connection()
    if (!reach.admits(remote.address, remote.port)) connection.#error = { tag: 'access-denied' }
    else {
      const target = {
        host: remote.address,
        port: remote.port,
        allowHalfOpen: true,
        noDelay: true,
        ...(local !== null && { localAddress: local.address, localPort: local.port }),
      }
      if (tlsName === undefined) connection.#use(connect(target), 'connect')
      else
        connection.#use(
          connectTls({
            ...target,
            ...tlsOptions(trust),
            ...(isIP(tlsName) === 0 && { servername: tlsName }),
          }),
          'secureConnect',
        )
    }
    return connection
  }

  /** A connection that waits for the next socket of a listener. */
  static accepted(): { readonly connection: Connection; readonly use: (socket: Socket) => void } {
    const connection = new Connection()
    return {
      connection,
      use: (socket) => {
        connection.#use(socket, 'connect')
        connection.#connected()
      },
    }
  }

  static failed(error: NetworkError): Connection {
    const connection = new Connection()
    connection.#error = error
    return connection
  }

  get isFlooded(): boolean {
    return this.#writer?.isFlooded ?? false
  }

  message(message: OpenedMessage, answer: Answer): void {
    switch (message.type) {
      case 'want':
        if (message.of === 'answer') this.#waiter.ask(message.waitMs, answer)
        else if (message.of === 'room' && this.#writer !== undefined)
          this.#writer.room(message.waitMs, (given) => answer(this.#withError(given)))
        else if (message.of === 'body' && this.#reader !== undefined)
          this.#reader.give(message.waitMs, (given) => answer(this.#withError(given)))
        else answer(this.#broken())
        return
      case 'body':
        this.#writer?.write(message.bytes)
        return
      case 'finish':
        this.#socket?.end()
        return
      case 'abandon':
        this.close()
        return
      case 'datagram':
      case 'associate':
        return
    }
  }

  /** Sends the remaining data, if the peer accepts it in time. */
  close(): void {
    const socket = this.#socket
    if (socket === undefined || socket.destroyed) return
    if (socket.connecting || socket.writableLength === 0) {
      socket.destroy()
      return
    }
    socket.destroySoon()
    socket.resume()
    setTimeout(() => socket.destroy(), LINGER_MS).unref()
  }

  #use(socket: Socket, connected: 'connect' | 'secureConnect'): void {
    this.#socket = socket
    this.#writer = new BodyWriter(socket)
    this.#reader = new BodyReader(socket, Infinity, () => undefined)
    socket.once(connected, () => this.#connected())
    socket.on('error', (error) => {
      this.#error ??= connected === 'connect' ? socketErrorOf(error) : tlsErrorOf(error)
      this.#waiter.offer()
    })
  }

  #connected(): void {
    this.#isConnected = true
    this.#waiter.offer()
  }

  #take(): Given | undefined {
    if (this.#error !== undefined) return this.#broken()
    const { localAddress, localPort, remoteAddress, remotePort } = this.#socket ?? {}
    if (!this.#isConnected) return undefined
    if (
      localAddress === undefined ||
      localPort === undefined ||
      remoteAddress === undefined ||
      remotePort === undefined
    )
      return this.#broken()
    return {
      state: 'some',
      answer: {
        kind: 'socket',
        local: { address: localAddress, port: localPort },
        remote: { address: remoteAddress, port: remotePort },
      },
    }
  }

  #broken(): Given {
    return { state: 'broken', error: this.#error ?? { tag: 'connection-reset' } }
  }

  #withError(given: Given): Given {
    return given.state === 'broken' ? this.#broken() : given
  }
}
