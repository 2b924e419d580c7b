import { idAfter } from './message-ids.js'

/** More than a broker has in flight between two saves of its state. */
const KEPT = 256

/** The packet IDs of the publications of QoS 2 that were completed last in this session. */
export class CompletedIds {
  #ids: number[] = []

  add(id: number): void {
    this.#ids.push(id)
    if (this.#ids.length >= 2 * KEPT) this.#ids = this.#ids.slice(-KEPT)
  }

  /** An earlier process had this one in flight, so it had probably completed those before it: IDs are used in order. */
  addBefore(id: number): void {
    for (let back = KEPT; back > 0; back--) this.add(idAfter(id, -back))
  }

  clear(): void {
    this.#ids = []
  }

  /** Each ID is returned once, so that a broker that objects to a second PUBREL sees it on one connection only. */
  take(): readonly number[] {
    const ids = this.#ids.slice(-KEPT)
    this.#ids = []
    return ids
  }
}
