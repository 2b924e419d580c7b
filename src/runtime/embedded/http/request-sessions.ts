import type { FromGuest } from '../../guest/channel/protocol.js'
import { HalSession } from '../../hal/daemon/session.js'
import type { Guest } from '../guests/guest.js'
import { NetworkSession } from '../network/session.js'
import type { ChildLimits } from './child-limits.js'

type SessionLimits = Pick<ChildLimits, 'network' | 'hal'>

export type SessionHooks = {
  readonly warn: (message: string) => void
  /** The guest said what can't be; it is to be ended. */
  readonly breach: () => void
}

/** What the guest has open for the request that it is at: connections to others, and sessions of the HAL. */
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

  /** Between requests (`isBusy` is false), only what is open still. */
  network(message: Parameters<NetworkSession['message']>[0], isBusy: boolean): void {
    if (this.#network === undefined && isBusy)
      this.#network = new NetworkSession(this.#limits.network, {
        give: (given, bytes) => this.#guest.post(given, bytes),
        warn: this.#hooks.warn,
        breach: this.#hooks.breach,
      })
    this.#network?.message(message)
  }

  /** False: there is no HAL for this guest. */
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
