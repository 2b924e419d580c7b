import { trap } from './trap.js'

/** The limit of the specification. */
const MAX_BACKPRESSURE = 0xffff

/** A task or thread that must not run alongside others of its kind. */
export type Exclusive = {
  /** It will run without any further event. */
  readonly isReady: boolean
}

/** `holder` is undefined if it may run alongside others. */
type Entry = { readonly holder: Exclusive | undefined; readonly go: () => void }

/**
 * Controls which tasks may run code of one component instance. Tasks that keep nothing on the guest's stack while they wait, and
 * synchronous tasks, run one at a time; and a guest can hold back new tasks.
 */
export class Gate {
  #holder: Exclusive | undefined
  #backpressure = 0
  /** New tasks that wait. */
  readonly #entering = new Set<Entry>()
  /** Tasks that have waited for an event; they precede new ones. */
  readonly #returning = new Set<Entry & { readonly holder: Exclusive }>()

  /** Whether new tasks only wait for a task that is going to run, and may admit them then. */
  get isAboutToOpen(): boolean {
    return this.#backpressure === 0 && this.#holder?.isReady === true
  }

  /** Whether a new task may begin now; otherwise it has to queue. `holder` is undefined if it may run alongside others. */
  admit(holder: Exclusive | undefined): boolean {
    if (this.#entering.size > 0 || !this.#isOpenTo(holder)) return false
    this.#holder ??= holder
    return true
  }

  /** Calls back once the task may begin; returns a function that withdraws it. */
  queue(holder: Exclusive | undefined, go: () => void): () => void {
    const entry = { holder, go }
    this.#entering.add(entry)
    return () => void this.#entering.delete(entry)
  }

  /** Takes the gate if no other task holds it; otherwise returns false and calls back once it is taken. */
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
