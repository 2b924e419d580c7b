import { trap } from './trap.js'

/** The specification's. */
const MAX_BACKPRESSURE = 0xffff

/** Who may not run beside others of its kind. */
export type Exclusive = {
  /** It is going to run: nothing else has to happen first. */
  readonly isReady: boolean
}

/** `holder`: undefined if it may run beside others. */
type Entry = { readonly holder: Exclusive | undefined; readonly go: () => void }

/**
 * Who may run code of one component instance. Tasks that keep nothing on the stack of the guest while they wait, and those of
 * synchronous code, run one at a time; and a guest can hold back new tasks.
 */
export class Gate {
  #holder: Exclusive | undefined
  #backpressure = 0
  /** New tasks. */
  readonly #entering = new Set<Entry>()
  /** Tasks that have waited for an event, and go before new ones. */
  readonly #returning = new Set<Entry & { readonly holder: Exclusive }>()

  /** Whether what keeps new tasks waiting is one that is going to run, and may let them in then. */
  get isAboutToOpen(): boolean {
    return this.#backpressure === 0 && this.#holder?.isReady === true
  }

  /** Whether a new task may begin now; it has to queue otherwise. `holder` is undefined if it may run beside others. */
  admit(holder: Exclusive | undefined): boolean {
    if (this.#entering.size > 0 || !this.#isOpenTo(holder)) return false
    this.#holder ??= holder
    return true
  }

  /** Calls back once the task may begin; the function that is returned takes that back. */
  queue(holder: Exclusive | undefined, go: () => void): () => void {
    const entry = { holder, go }
    this.#entering.add(entry)
    return () => void this.#entering.delete(entry)
  }

  /** Whether no other task holds it, so that it is taken; it calls back otherwise, once it is. */
  take(holder: Exclusive, go: () => void): boolean {
    if (this.#holder !== undefined) {
      this.#returning.add({ holder, go })
      return false
    }
    this.#holder = holder
    return true
  }

  release(): void {
    this.#holder = undefined
    this.#changed()
  }

  setBackpressure(change: (before: number) => number): void {
    const next = change(this.#backpressure)
    if (next < 0 || next > MAX_BACKPRESSURE) trap('backpressure is out of its range')
    this.#backpressure = next
    this.#changed()
  }

  #isOpenTo(holder: Exclusive | undefined): boolean {
    return this.#backpressure === 0 && (holder === undefined || this.#holder === undefined)
  }

  #changed(): void {
    for (const entry of this.#returning) {
      if (this.#holder !== undefined) return
      this.#holder = entry.holder
      this.#returning.delete(entry)
      entry.go()
    }
    for (const entry of this.#entering) {
      if (!this.#isOpenTo(entry.holder)) return
      this.#holder ??= entry.holder
      this.#entering.delete(entry)
      entry.go()
    }
  }
}
