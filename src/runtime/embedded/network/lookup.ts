import { lookup } from 'node:dns'
import { isIP } from 'node:net'
import type { NetworkError } from '../../guest/channel/protocol.js'
import { Waiter, type Answer, type Given } from '../bytes/waiter.js'
import { socketErrorOf } from './error.js'
import type { Opened, OpenedMessage } from './opened.js'
import type { Reach } from '../../../net/guest-reach.js'

const NAME = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252})$/

/** A DNS lookup for a guest. */
export class Lookup implements Opened {
  readonly isFlooded = false
  readonly #waiter = new Waiter(() => this.#given)
  #given: Given | undefined

  constructor(name: string, reach: Reach) {
    if (isIP(name) !== 0) this.#settle([name])
    else if (!NAME.test(name)) this.#fail({ tag: 'invalid-argument' })
    else if (!reach.admitsName(name)) this.#fail({ tag: 'access-denied' })
    else
      lookup(name, { all: true }, (error, found) => {
        if (error !== null) {
          this.#fail(socketErrorOf(error))
          return
        }
        const addresses = found.map(({ address }) => address)
        reach.learn(name, addresses)
        this.#settle(addresses)
      })
  }

  message(message: OpenedMessage, answer: Answer): void {
    if (message.type === 'want') this.#waiter.ask(message.waitMs, answer)
  }

  close(): void {
    // A lookup cannot be cancelled, so its result is ignored.
  }

  #settle(addresses: readonly string[]): void {
    this.#given = { state: 'some', answer: { kind: 'addresses', addresses } }
    this.#waiter.offer()
  }

  #fail(error: NetworkError): void {
    this.#given = { state: 'broken', error }
    this.#waiter.offer()
  }
}
