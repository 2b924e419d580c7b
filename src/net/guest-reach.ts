import { allows, allowsAddress, type NetworkRule } from './policy.js'

/** Reports a destination that is not allowed, worded for the log. */
export type Refused = (what: string) => void

/** What one instance may reach: the listed destinations, and the addresses that listed names resolved to. */
export class Reach {
  readonly #rules: readonly NetworkRule[]
  readonly #refused: Refused
  readonly #namesOf = new Map<string, Set<string>>()

  constructor(rules: readonly NetworkRule[], refused: Refused) {
    this.#rules = rules
    this.#refused = refused
  }

  /** Whether the name may be looked up, because at least one of its ports may be reached. */
  admitsName(name: string): boolean {
    const isAdmitted = this.#rules.some((rule) => allows([{ ...rule, port: undefined }], name, 0))
    if (!isAdmitted) this.#refused(name)
    return isAdmitted
  }

  /** Records the addresses that a name resolved to. */
  learn(name: string, addresses: readonly string[]): void {
    for (const address of addresses) {
      const names = this.#namesOf.get(address) ?? new Set()
      this.#namesOf.set(address, names.add(name))
    }
  }

  admits(address: string, port: number): boolean {
    const names = [...(this.#namesOf.get(address) ?? [])]
    const isAdmitted =
      allows(this.#rules, address, port) ||
      (names.some((name) => allows(this.#rules, name, port)) && allowsAddress(this.#rules, address, port))
    if (!isAdmitted) this.#refused(`${address}:${port}`)
    return isAdmitted
  }

  /** Whether it may have an address chosen by the system, which nobody can reach until it listens. */
  admitsAnyPort(what: string): boolean {
    const isAdmitted = this.#rules.length > 0
    if (!isAdmitted) this.#refused(what)
    return isAdmitted
  }

  /** Whether it may be reached from outside, or choose its own address. */
  admitsBinding(what: string): boolean {
    const isAdmitted = this.#rules.some(({ host, port }) => host === '*' && port === undefined)
    if (!isAdmitted) this.#refused(what)
    return isAdmitted
  }
}
