import { Clocks } from '@proplet/wasi/host/clocks.js'
import type { Given } from './given.js'
import type { Link } from './link.js'
import type { FromExchange, Handle } from './protocol.js'

type Of = Extract<FromExchange, { type: 'want' }>['of']

const NANOSECONDS = 1_000_000
const clocks = new Clocks()

/** Calls `done` in the next turn of the event loop; returns what cancels that. */
export function soon(done: () => void): () => void {
  const immediate = setImmediate(done)
  return () => clearImmediate(immediate)
}

/**
 * Waits through the daemon, which has an event loop and timers: one question at a time, each with one
 * answer.
 */
export class Wants {
  readonly #link: Link
  readonly #handle: Handle

  constructor(link: Link, handle: Handle) {
    this.#link = link
    this.#handle = handle
  }

  /** Asks for what is available now. */
  peek(of: Of): Given {
    return this.#ask(of, 0)
  }

  /** Waits until `deadline` of the monotonic clock, in nanoseconds, or without limit. */
  wait(of: Of, deadline: bigint | undefined): Given {
    if (deadline === undefined) return this.#ask(of, null)
    const left = Number(deadline - clocks.now('monotonic')) / NANOSECONDS
    return this.#ask(of, Math.max(0, left))
  }

  /** The same without blocking. */
  ask(of: Of, answer: (given: Given) => void): () => void {
    return this.#link.ask({ handle: this.#handle, of }, answer)
  }

  #ask(of: Of, waitMs: number | null): Given {
    this.#link.send({ type: 'want', handle: this.#handle, of, waitMs })
    const { message, body } = this.#link.receive()
    if (message.type !== 'given') throw new Error(`expected an answer to a want, found ${message.type}`)
    return { ...message, bytes: body }
  }
}
