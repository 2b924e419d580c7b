import { HostError } from './errors.js'
import { closeAll } from './handle.js'

/** Maximum number of descriptors of one guest. */
export const MAX_DESCRIPTORS = 1024

export type Closable = { close(): void }

/**
 * What one guest has open on the host, for interfaces without descriptor numbers: at most 1024 objects, closed when the guest
 * ends at the latest.
 */
export class Holdings {
  readonly #held = new Set<Closable>()

  /** EMFILE unless one more fits; called before something is opened for `add`. */
  requireRoom(): void {
    if (this.#held.size >= MAX_DESCRIPTORS) throw new HostError('EMFILE')
  }

  add(opened: Closable): void {
    this.#held.add(opened)
  }

  /** Closes it, unless it is closed already. */
  close(opened: Closable): void {
    if (this.#held.delete(opened)) opened.close()
  }

  closeAll(): void {
    const all = [...this.#held]
    this.#held.clear()
    closeAll(all.map((opened) => () => opened.close()))
  }
}
