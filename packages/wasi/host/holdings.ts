import { HostError } from './errors.js'
import { closeAll } from './handle.js'

/** Descriptors that one guest may have at once. */
export const MAX_DESCRIPTORS = 1024

export type Closable = { close(): void }

/** What one guest has open on the host, for a face that has no numbers for it: at most 1024, closed at the end at the latest. */
export class Holdings {
  readonly #held = new Set<Closable>()

  /** EMFILE unless one more fits; to be asked before something is opened for `add`. */
  requireRoom(): void {
    if (this.#held.size >= MAX_DESCRIPTORS) throw new HostError('EMFILE')
  }

  add(opened: Closable): void {
    this.#held.add(opened)
  }

  /** Closes it, unless that was done before. */
  close(opened: Closable): void {
    if (this.#held.delete(opened)) opened.close()
  }

  closeAll(): void {
    const all = [...this.#held]
    this.#held.clear()
    closeAll(all.map((opened) => () => opened.close()))
  }
}
