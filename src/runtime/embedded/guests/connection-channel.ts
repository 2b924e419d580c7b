import type { ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import type { ConnectionMessage, ToConnections } from '../../guest/channel/protocol.js'
import type { RequestStatus } from '../../guest/channel/request-status.js'
import type { StatusFile } from './status-file.js'

/** What Node.js has a channel as, inside. */
type Incoming = { readStop(): void; onread: (bytes?: ArrayBuffer) => void }

type NativeSender = { send(message: object, native: object, sent: () => void): boolean }

/**
 * The IPC channel of Node.js, which alone passes connections to another process. It is used in one direction: Node.js would
 * collect whatever a child writes without a bound, obey messages of its own protocol and take what comes along, and a child may
 * be anyone's. So nothing is ever read from it, nor acknowledged; what a child has to say comes over its pipe.
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

  /** To be called as soon as the child was spawned, before anything can be read. Undefined: reading can't be prevented here. */
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

  /** The child has a copy; false: it could not be had. */
  hand(message: ConnectionMessage, socket: Socket): boolean {
    const native: unknown = Reflect.get(socket, '_handle')
    if (typeof native !== 'object' || native === null) return false
    this.#send(message, native)
    return true
  }

  /** The request that the child is at, by its own account; undefined: none. */
  status(): RequestStatus | undefined {
    return this.#status.read()
  }

  /** Nothing is asked of it any more. */
  close(): void {
    this.#status.close()
  }

  /** The child has ended, which is not read either: says so, as without it the child is not closed for Node.js. */
  end(): void {
    if (this.#child.connected) this.#incoming.onread()
  }

  #send(message: ToConnections, native: object | undefined): void {
    // A channel that is broken is that of a child that ends, which its process reports.
    const sent = () => undefined
    if (native === undefined) this.#child.send(message, sent)
    else
      // It is typed for streams and servers alone.
      (this.#child as unknown as NativeSender).send(message, native, sent)
    // Node.js would keep what follows until the child says that it has the connection.
    Reflect.set(this.#child, '_handleQueue', null)
  }
}

/** Node.js keeps it under a symbol of its own. */
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
