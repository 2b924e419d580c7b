import type { Link } from './link.js'
import type { Answer, Handle, NetworkError, NetworkRequest } from './protocol.js'
import type { Given } from './given.js'
import { soon, Wants } from './wants.js'

/** Something that the daemon holds open for this guest. */
export class Remote {
  readonly handle: Handle
  readonly wants: Wants
  readonly #link: Link
  #given: Given | undefined

  constructor(link: Link, handle: Handle, request: NetworkRequest) {
    this.#link = link
    this.handle = handle
    this.wants = new Wants(link, handle)
    link.send({ type: 'open', handle, request })
  }

  ready(): boolean {
    if (this.#given === undefined) this.#take(this.wants.peek('answer'))
    return this.#given !== undefined
  }

  wait(deadline: bigint | undefined): void {
    if (this.#given === undefined) this.#take(this.wants.wait('answer', deadline))
  }

  notify(done: () => void): () => void {
    if (this.#given !== undefined) return soon(done)
    return this.wants.ask('answer', (given) => {
      this.#take(given)
      done()
    })
  }

  /** The answer, once it is ready; throws the error that `failure` makes. */
  answer(failure: (error: NetworkError | undefined) => Error): Answer {
    const { answer, error } = this.#given ?? {}
    if (answer === undefined) throw failure(error)
    return answer
  }

  /** The same handle, for a further question. */
  again(): this {
    this.#given = undefined
    return this
  }

  close(): void {
    this.#link.send({ type: 'close', handle: this.handle })
  }

  #take(given: Given): void {
    if (given.state !== 'none') this.#given = given
  }
}
