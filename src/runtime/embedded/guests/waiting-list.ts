import type { Member } from './idle-members.js'

/** Someone who is to have a guest. */
export type Applicant = {
  granted(member: Member): void
  /** No guest can be started. */
  refused(error: string): void
}

/** @param wanted the guest that tidies up and keeps the module; undefined: any guest will do */
type Entry = { readonly digest: string; readonly wanted: Member | undefined }

/** Those who wait for a guest: whoever was first has the next one, unless that is wanted by another. */
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

  /** Takes out who is to have this guest. */
  next(member: Member): Applicant | undefined {
    const entries = [...this.#entries]
    const found =
      entries.find(([, { wanted }]) => wanted === member) ??
      entries.find(([, { wanted }]) => wanted === undefined)
    if (found !== undefined) this.#entries.delete(found[0])
    return found?.[0]
  }

  /** Takes out those who wait for a guest that is gone, with the digests that they came with. */
  leftBy(member: Member): readonly (readonly [Applicant, string])[] {
    const left = [...this.#entries].filter(([, { wanted }]) => wanted === member)
    for (const [applicant] of left) this.#entries.delete(applicant)
    return left.map(([applicant, { digest }]) => [applicant, digest])
  }

  /** Takes out all. */
  drain(): readonly Applicant[] {
    const all = [...this.#entries.keys()]
    this.#entries.clear()
    return all
  }
}
