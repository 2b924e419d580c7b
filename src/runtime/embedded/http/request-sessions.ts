import type { FromGuest } from '../../guest/channel/protocol.js'
import { HalSession } from '../../hal/daemon/session.js'
import type { Guest } from '../guests/guest.js'
import { NetworkSession } from '../network/session.js'
import type { ChildLimits } from './child-limits.js'

type SessionLimits = Pick<ChildLimits, 'network' | 'hal'>

export type SessionHooks = {
  readonly warn: (message: string) => void
  /** The guest violated the channel protocol and must be killed. */
  readonly breach: () => void
}

/** What a guest has open for its current request: outgoing connections, and a session of the HAL. */
export class RequestSessions {
  readonly #guest: Guest
  readonly #limits: SessionLimits
  readonly #hooks: SessionHooks
  #network: NetworkSession | undefined
  #hal: HalSession | undefined

  constructor(guest: Guest, limits: SessionLimits, hooks: SessionHooks) {
    this.#guest = guest
    this.#limits = limits
    this.#hooks = hooks
  }

  /** Handles a message about the network; between requests (`isBusy` is false), only if something is still open. */
  network(message: Parameters<NetworkSession['message']>[0], isBusy: boolean): void {
    if (this.#network === undefined && isBusy)
      this.#network = new NetworkSession(this.#limits.network, {
        give: (given, bytes) => this.#guest.post(given, bytes),
        warn: this.#hooks.warn,
        breach: this.#hooks.breach,
      })
    this.#network?.message(message)
  }

  /** Returns false if the guest has no HAL. */
  hal(message: Extract<FromGuest, { readonly type: 'hal' | 'hal-data' }>): boolean {
    const { hal } = this.#limits
    if (hal === undefined) return false
    this.#hal ??= new HalSession(hal, {
      answer: (answer, bytes) => this.#guest.post(answer, bytes),
      breach: this.#hooks.breach,
      unread: () => this.#guest.unreadBytes?.() ?? 0,
    })
    this.#hal.message(message)
    return true
  }

  close(): void {
    this.#network?.close()
    this.#network = undefined
    this.#hal?.close()
    this.#hal = undefined
  }
}
