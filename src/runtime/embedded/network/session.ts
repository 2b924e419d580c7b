import type { FromExchange, GivenMessage } from '../../guest/protocol.js'
import { quote } from '../../guest/units.js'
import type { Given } from '../bytes/waiter.js'
import { OutgoingRequest } from './outgoing-request.js'
import type { NetworkOptions } from './policy.js'

export type NetworkMessage = Exclude<FromExchange, { type: 'head' | 'refuse' }>

export type NetworkHooks = {
  readonly give: (given: GivenMessage, bytes?: Uint8Array) => void
  /** For the log. */
  readonly warn: (message: string) => void
  /** The guest does what no guest does. */
  readonly breach: () => void
}

/** What one instance may have open. */
const MAX_OPEN = 100
const MAX_WARNINGS = 3

/** What one instance has open on the network; the daemon has it, and the list of what is allowed is looked at here. */
export class NetworkSession {
  readonly #options: NetworkOptions
  readonly #hooks: NetworkHooks
  readonly #open = new Map<number, OutgoingRequest>()
  #warnings = 0

  constructor(options: NetworkOptions, hooks: NetworkHooks) {
    this.#options = options
    this.#hooks = hooks
  }

  message(message: NetworkMessage): void {
    const { handle } = message
    if (message.type === 'open') {
      if (handle === 0 || this.#open.has(handle) || this.#open.size >= MAX_OPEN) this.#hooks.breach()
      else
        this.#open.set(
          handle,
          new OutgoingRequest(message.request, this.#options, (what) => this.#refuse(what)),
        )
      return
    }
    const found = this.#open.get(handle)
    if (found === undefined) {
      if (message.type === 'want') this.#give({ state: 'broken' })
      return
    }
    if (message.type === 'close') {
      this.#open.delete(handle)
      found.close()
      return
    }
    found.message(message, (given) => this.#give(given))
    if (found.isFlooded) this.#hooks.breach()
  }

  /** Ends all of it. */
  close(): void {
    for (const each of this.#open.values()) each.close()
    this.#open.clear()
  }

  #give({ bytes, ...given }: Given): void {
    this.#hooks.give({ type: 'given', ...given }, bytes)
  }

  #refuse(what: string): void {
    this.#warnings += 1
    if (this.#warnings > MAX_WARNINGS) return
    this.#hooks.warn(`no access to ${quote(what, 120)}: PROPLET_NETWORK does not allow it`)
  }
}
