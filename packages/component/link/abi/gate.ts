import { trap } from './trap.js'

/** The specification's. */
const MAX_BACKPRESSURE = 0xffff

type Entry = { readonly exclusive: boolean; readonly go: () => void }

/**
 * Who may run code of one component instance. Tasks that keep nothing on the stack of the guest while they wait, and those of
 * synchronous code, run one at a time; and a guest can hold back new tasks.
 */
export class Gate {
  #isHeld = false
  #backpressure = 0
  /** New tasks. */
  readonly #entering = new Set<Entry>()
  /** Tasks that have waited for an event, and go before new ones. */
  readonly #returning = new Set<() => void>()

  /** Whether a new task may begin now; it has to queue otherwise. */
  admit(exclusive: boolean): boolean {
    if (this.#entering.size > 0 || !this.#isOpenTo(exclusive)) return false
    if (exclusive) this.#isHeld = true
    return true
  }

  /** Calls back once the task may begin; the function that is returned takes that back. */
  queue(exclusive: boolean, go: () => void): () => void {
    const entry = { exclusive, go }
    this.#entering.add(entry)
    return () => void this.#entering.delete(entry)
  }

  /** Whether no other task holds it, so that it is taken; it calls back otherwise, once it is. */
  take(go: () => void): boolean {
    if (this.#isHeld) {
      this.#returning.add(go)
      return false
    }
    this.#isHeld = true
    return true
  }

  release(): void {
    this.#isHeld = false
    this.#changed()
  }

  setBackpressure(change: (before: number) => number): void {
    const next = change(this.#backpressure)
    if (next < 0 || next > MAX_BACKPRESSURE) trap('backpressure is out of its range')
    this.#backpressure = next
    this.#changed()
  }

  #isOpenTo(exclusive: boolean): boolean {
    return this.#backpressure === 0 && !(exclusive && this.#isHeld)
  }

  #changed(): void {
    for (const go of this.#returning) {
      if (this.#isHeld) return
      this.#isHeld = true
      this.#returning.delete(go)
      go()
    }
    for (const entry of this.#entering) {
      if (!this.#isOpenTo(entry.exclusive)) return
      if (entry.exclusive) this.#isHeld = true
      this.#entering.delete(entry)
      entry.go()
    }
  }
}
