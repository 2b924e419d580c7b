import type { Guest } from './guest.js'
import type { ModuleLedger } from './module-ledger.js'

/** A guest of the pool that is ready for tasks. */
export type Member = {
  readonly guest: Guest
  readonly modules: ModuleLedger
  /** That it has run. */
  tasks: number
  /** When the latest task got it, on the clock of `performance.now()`. */
  takenAt: number
}

export type IdleOptions = {
  /** Idle guests kept ready. */
  readonly warm: number
  /** Idle guests kept at most. */
  readonly maxIdle: number
  /** Milliseconds after which an idle guest beyond `warm` is ended. */
  readonly surplusIdleMs: number
  /** Milliseconds after which an idle guest beyond the first is ended. */
  readonly restIdleMs: number
}

/** The members without a task. More than `maxIdle` never stay; more than `warm` do for a while, and more than one for longer. */
export class IdleMembers {
  readonly #options: IdleOptions
  readonly #dismiss: (member: Member) => void
  /** With the time since which they are idle; the longest first. */
  readonly #since = new Map<Member, number>()
  #timer: NodeJS.Timeout | undefined
  #dueAt = 0

  /** `dismiss` is called for a member that has just been taken out as surplus. */
  constructor(options: IdleOptions, dismiss: (member: Member) => void) {
    this.#options = options
    this.#dismiss = dismiss
  }

  get size(): number {
    return this.#since.size
  }

  get all(): readonly Member[] {
    return [...this.#since.keys()]
  }

  add(member: Member): void {
    this.#since.set(member, performance.now())
    const { warm, maxIdle } = this.#options
    if (this.#since.size > Math.max(warm, maxIdle)) this.#dismissOldest()
    this.#scheduleTrim()
  }

  /** Whether one of them keeps the module. */
  has(digest: string): boolean {
    return this.all.some(({ modules }) => modules.has(digest))
  }

  /** Whether it was here. */
  remove(member: Member): boolean {
    return this.#since.delete(member)
  }

  /**
   * Takes out one that has the module, else one that keeps the fewest; of several the one used last, so that the
   * others can become surplus.
   */
  take(digest: string): Member | undefined {
    const latestFirst = this.all.toReversed()
    const fewest = Math.min(...latestFirst.map(({ modules }) => modules.size))
    const best =
      latestFirst.find(({ modules }) => modules.has(digest)) ??
      latestFirst.find(({ modules }) => modules.size === fewest)
    if (best !== undefined) this.#since.delete(best)
    return best
  }

  /** Takes out all of them, for good. */
  close(): readonly Member[] {
    clearTimeout(this.#timer)
    const { all } = this
    this.#since.clear()
    return all
  }

  /** For how long the longest idle one may stay, in milliseconds; undefined: as long as it likes. */
  get #patienceMs(): number | undefined {
    const { warm, surplusIdleMs, restIdleMs } = this.#options
    if (this.#since.size > warm) return surplusIdleMs
    return this.#since.size > 1 ? restIdleMs : undefined
  }

  #scheduleTrim(): void {
    const [oldest] = this.#since.values()
    const patienceMs = this.#patienceMs
    if (patienceMs === undefined || oldest === undefined) return
    const dueAt = oldest + patienceMs
    // A member that is taken meanwhile does not move the timer: that is all that happens under load.
    if (this.#timer !== undefined && this.#dueAt <= dueAt) return
    clearTimeout(this.#timer)
    this.#dueAt = dueAt
    this.#timer = setTimeout(() => this.#trim(), Math.max(0, dueAt - performance.now())).unref()
  }

  #trim(): void {
    this.#timer = undefined
    const [oldest] = this.#since.values()
    const patienceMs = this.#patienceMs
    if (oldest === undefined || patienceMs === undefined) return
    if (oldest + patienceMs <= performance.now()) this.#dismissOldest()
    this.#scheduleTrim()
  }

  #dismissOldest(): void {
    const [member] = this.#since.keys()
    if (member === undefined) return
    this.#since.delete(member)
    this.#dismiss(member)
  }
}
