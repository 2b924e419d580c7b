import type {
  FromExchange,
  GivenMessage,
  NetworkRequest,
  SocketAddress,
} from '../../guest/channel/protocol.js'
import { DENIALS, USE_OF, warnOfRefusals } from '../../guest/channel/refusals.js'
import type { Given } from '../bytes/waiter.js'
import { Connection } from './connection.js'
import { Datagrams } from './datagrams.js'
import { Listener } from './listener.js'
import { Lookup } from './lookup.js'
import type { Opened } from './opened.js'
import { OutgoingRequest } from './outgoing-request.js'
import type { NetworkOptions } from '../../../net/policy.js'
import { Reach } from '../../../net/guest-reach.js'

export type NetworkMessage = Exclude<FromExchange, { type: 'head' | 'refuse' }>

export type NetworkHooks = {
  readonly give: (given: GivenMessage, bytes?: Uint8Array) => void
  /** Logs a warning. */
  readonly warn: (message: string) => void
  /** The guest violated the protocol. */
  readonly breach: () => void
}

/** How many handles one instance may have open. */
const MAX_OPEN = 100

/** The open sockets of one instance. They live in the daemon, which enforces the rules here. */
export class NetworkSession {
  readonly #options: NetworkOptions
  readonly #hooks: NetworkHooks
  readonly #reach: Reach
  readonly #open = new Map<number, Opened>()
  readonly #refuse: (what: string) => void

  constructor(options: NetworkOptions, hooks: NetworkHooks) {
    this.#options = options
    this.#hooks = hooks
    this.#refuse = warnOfRefusals(hooks.warn, options.remedy)
    this.#reach = new Reach(options.rules, this.#refuse)
  }

  message(message: NetworkMessage): void {
    const { handle } = message
    if (message.type === 'open') {
      if (handle === 0 || this.#open.has(handle) || this.#open.size >= MAX_OPEN) this.#hooks.breach()
      else this.#open.set(handle, this.#opened(message.request))
      return
    }
    const found = this.#open.get(handle)
    const ask = message.type === 'want' ? message.ask : undefined
    if (found === undefined) {
      if (message.type === 'want') this.#give({ state: 'broken' }, ask)
      return
    }
    if (message.type === 'close') {
      this.#open.delete(handle)
      found.close()
      return
    }
    found.message(message, (given) => this.#give(given, ask))
    if (found.isFlooded) this.#hooks.breach()
  }

  /** Closes everything that is open. */
  close(): void {
    for (const each of this.#open.values()) each.close()
    this.#open.clear()
  }

  #opened(request: NetworkRequest): Opened {
    const use = USE_OF[request.kind]
    if (this.#options.uses?.[use] === false) {
      this.#refuse(use)
      return Connection.failed({ tag: DENIALS[use] })
    }
    switch (request.kind) {
      case 'http':
        return new OutgoingRequest(request, this.#options, this.#refuse)
      case 'lookup':
        return new Lookup(request.name, this.#reach)
      case 'connect':
        return request.bound === undefined
          ? Connection.to(request, this.#reach, this.#options.tls)
          : this.#connectFrom(request.bound, request.remote)
      case 'bind':
        return new Listener(request.local, this.#reach, 'bound')
      case 'listen':
        return new Listener(request.local, this.#reach, 'listening', request.backlog)
      case 'listen-bound': {
        const bound = this.#takeBound(request.bound)
        bound?.listen(this.#reach)
        return bound ?? Connection.failed({ tag: 'invalid-state' })
      }
      case 'accept': {
        const listener = this.#open.get(request.listener)
        return listener instanceof Listener ? listener.accept() : Connection.failed({ tag: 'invalid-state' })
      }
      case 'datagrams':
        return new Datagrams(request, this.#reach)
    }
  }

  /** A port that was reserved for the guest is released just before. */
  #connectFrom(handle: number, remote: SocketAddress): Connection {
    const bound = this.#takeBound(handle)
    const local = bound?.local
    bound?.close()
    return local === undefined
      ? Connection.failed({ tag: 'invalid-state' })
      : Connection.from(local, remote, this.#reach, this.#options.tls)
  }

  #takeBound(handle: number): Listener | undefined {
    const found = this.#open.get(handle)
    if (!(found instanceof Listener) || found.isListening) return undefined
    this.#open.delete(handle)
    return found
  }

  #give({ bytes, ...given }: Given, ask: number | undefined): void {
    this.#hooks.give({ type: 'given', ...given, ...(ask !== undefined && { ask }) }, bytes)
  }
}
