import { Pollable } from '../preview2/pollable.js'
import { toIpAddress, type IpAddress } from './address.js'
import { attempt, socketError } from './error.js'
import type { Names, Pending } from './port.js'

/** `resolve-address-stream` of wasi:sockets/ip-name-lookup. */
export class ResolveAddressStream {
  readonly #names: Pending<Names>
  #next = 0

  constructor(names: Pending<Names>) {
    this.#names = names
  }

  /** Undefined if there are no more. */
  resolveNextAddress(): IpAddress | undefined {
    if (!this.#names.ready()) throw socketError('would-block')
    const address = attempt(() => this.#names.get()).addresses[this.#next]
    if (address === undefined) return undefined
    this.#next += 1
    return toIpAddress(address)
  }

  subscribe(): Pollable {
    return new Pollable(this.#names)
  }

  [Symbol.dispose](): void {
    this.#names.close()
  }
}
