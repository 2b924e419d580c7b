import type { ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import type { ConnectionMessage, ToConnections } from '../../guest/channel/protocol.js'
import type { RequestStatus } from '../../guest/channel/request-status.js'
import type { StatusFile } from './status-file.js'

/** The internal handle of a Node.js channel. */
type Incoming = { readStop(): void; onread: (bytes?: ArrayBuffer) => void }

type NativeSender = { send(message: object, native: object, sent: () => void): boolean }

/**
 * The IPC channel of Node.js, the only way to pass connections to another process. Used in one direction only: Node.js
 * would buffer what a child writes without a limit, obey its internal messages and accept handles, and a child may be
 * compromised. So nothing is read from it or acknowledged; a child answers over its pipe.
 */
export class ConnectionChannel {
  readonly #child: ChildProcess
  readonly #incoming: Incoming
  readonly #status: StatusFile

  private constructor(child: ChildProcess, incoming: Incoming, status: StatusFile) {
    this.#child = child
    this.#status = status
    this.#incoming = incoming
  }

  /**
   * Must be called right after the child was spawned, before anything can be read. Undefined if reading cannot be
   * prevented here.
   */
  static of(child: ChildProcess, status: StatusFile): ConnectionChannel | undefined {
    const incoming = incomingOf(child)
    if (incoming === undefined) {
      if (child.connected) child.disconnect()
      status.close()
      return undefined
    }
    incoming.readStop()
    return new ConnectionChannel(child, incoming, status)
  }

  say(message: ToConnections): void {
    this.#send(message, undefined)
  }

  /** Passes a copy of the connection to the child; false if that failed. */
  hand(message: ConnectionMessage, socket: Socket): boolean {
    const native: unknown = Reflect.get(socket, '_handle')
    if (typeof native !== 'object' || native === null) return false
    this.#send(message, native)
    return true
  }

  /** The request that the child reports to be handling; undefined if none. */
  status(): RequestStatus | undefined {
    return this.#status.read()
  }

  /** What the child's status takes in memory, outside its process. */
  statusBytes(): number {
    return this.#status.bytes()
  }

  /** The child gets no more messages. */
  close(): void {
    this.#status.close()
  }

  /** The child has ended. As nothing is read, Node.js has to be told so, or the child would never emit `close`. */
  end(): void {
    if (this.#child.connected) this.#incoming.onread()
  }

  #send(message: ToConnections, native: object | undefined): void {
    // A broken channel means that the child is ending, which its process reports.
    const sent = () => undefined
    if (native === undefined) this.#child.send(message, sent)
    else
      // Typed for streams and servers only.
      (this.#child as unknown as NativeSender).send(message, native, sent)
    // Otherwise Node.js would queue further messages until the child acknowledges the connection.
    Reflect.set(this.#child, '_handleQueue', null)
  }
}

/** Node.js stores it under a symbol. */
function incomingOf(child: ChildProcess): Incoming | undefined {
  const symbol = Object.getOwnPropertySymbols(child).find((each) => each.description === 'kChannelHandle')
  const channel: unknown = symbol === undefined ? undefined : Reflect.get(child, symbol)
  return isIncoming(channel) ? channel : undefined
}

const isIncoming = (value: unknown): value is Incoming =>
  typeof value === 'object' &&
  value !== null &&
  'readStop' in value &&
  typeof value.readStop === 'function' &&
  'onread' in value &&
  typeof value.onread === 'function'
