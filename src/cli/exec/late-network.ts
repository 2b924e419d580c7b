import type { NetworkOptions } from '../../net/policy.js'
import type { NetworkHooks, NetworkMessage, NetworkSession } from '../../runtime/embedded/network/session.js'

/** The network of a guest, loaded at its first use: most guests never use it. */
export class LateNetwork {
  readonly #options: NetworkOptions
  readonly #hooks: NetworkHooks
  #session: Promise<NetworkSession> | undefined
  #isClosed = false

  constructor(options: NetworkOptions, hooks: NetworkHooks) {
    this.#options = options
    this.#hooks = hooks
  }

  /** Messages are handled in order. */
  message(message: NetworkMessage): void {
    this.#session ??= this.#open()
    void this.#session.then((session) => {
      if (!this.#isClosed) session.message(message)
    })
  }

  close(): void {
    this.#isClosed = true
    void this.#session?.then((session) => session.close())
  }

  async #open(): Promise<NetworkSession> {
    const { NetworkSession } = await import('../../runtime/embedded/network/session.js')
    return new NetworkSession(this.#options, this.#hooks)
  }
}
