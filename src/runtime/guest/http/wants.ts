import { Clocks } from '../../wasi/host/clocks.js'
import type { Link } from '../link.js'
import type { FromServingGuest, GivenMessage } from '../protocol.js'

export type Given = Pick<GivenMessage, 'state' | 'trailers'> & { readonly bytes: Uint8Array }

type WantedOf = Extract<FromServingGuest, { type: 'want' }>['of']

const NANOSECONDS = 1_000_000
const clocks = new Clocks()

/**
 * What a guest waits for while it answers a request is asked of the daemon, which has an event loop and timers: one
 * question at a time, each with one answer.
 */
export class Wants {
  readonly #link: Link

  constructor(link: Link) {
    this.#link = link
  }

  /** What is there now. */
  peek(of: WantedOf): Given {
    return this.#ask(of, 0)
  }

  /** Until `deadline` of the monotonic clock, in nanoseconds; without one, as long as it takes. */
  wait(of: WantedOf, deadline: bigint | undefined): Given {
    if (deadline === undefined) return this.#ask(of, null)
    const left = Number(deadline - clocks.now('monotonic')) / NANOSECONDS
    return this.#ask(of, Math.max(0, left))
  }

  #ask(of: WantedOf, waitMs: number | null): Given {
    this.#link.send({ type: 'want', of, waitMs })
    const { message, body } = this.#link.receive()
    if (message.type !== 'given') throw new Error(`expected an answer to a want, found ${message.type}`)
    return { ...message, bytes: body }
  }
}
