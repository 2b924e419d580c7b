import type { Member } from './idle-members.js'

/** A task that needs a guest. */
export type Applicant = {
  granted(member: Member): void
  /** No guest can be started. */
  refused(error: string): void
}

/** @param wanted the guest that is cleaning up and keeps the module; undefined if any guest will do */
type Entry = { readonly digest: string; readonly wanted: Member | undefined }

/** Tasks that wait for a guest, first come, first served, except that a wanted guest goes to the task that wants it. */
export class WaitingList {
  readonly #entries = new Map<Applicant, Entry>()

  get size(): number {
    return this.#entries.size
  }

  add(applicant: Applicant, digest: string, wanted: Member | undefined): void {
    this.#entries.set(applicant, { digest, wanted })
  }

  delete(applicant: Applicant): void {
    this.#entries.delete(applicant)
  }

  isWanted(member: Member): boolean {
    return [...this.#entries.values()].some(({ wanted }) => wanted === member)
  }

  /** Removes and returns the one that gets this guest. */
  next(member: Member): Applicant | undefined {
    const entries = [...this.#entries]
    const found =
      entries.find(([, { wanted }]) => wanted === member) ??
      entries.find(([, { wanted }]) => wanted === undefined)
    if (found !== undefined) this.#entries.delete(found[0])
    return found?.[0]
  }

  /** Removes and returns those that wanted a guest that is gone, with their digests. */
  leftBy(member: Member): readonly (readonly [Applicant, string])[] {
    const left = [...this.#entries].filter(([, { wanted }]) => wanted === member)
    for (const [applicant] of left) this.#entries.delete(applicant)
    return left.map(([applicant, { digest }]) => [applicant, digest])
  }

  /** Removes and returns all. */
  drain(): readonly Applicant[] {
    const all = [...this.#entries.keys()]
    this.#entries.clear()
    return all
  }
}
