import type { Guest } from './guest.js'
import type { ModuleLedger } from './module-ledger.js'

/** A guest of the pool that is ready for tasks. */
export type Member = {
  readonly guest: Guest
  readonly modules: ModuleLedger
  /** The number of tasks that it has run. */
  tasks: number
  /** When it got its latest task, on the clock of `performance.now()`. */
  takenAt: number
}

export type IdleOptions = {
  /** Idle guests kept ready. */
  readonly warm: number
  /** Maximum number of idle guests. */
  readonly maxIdle: number
  /** Milliseconds after which an idle guest beyond `warm` is ended. */
  readonly surplusIdleMs: number
  /** Milliseconds after which an idle guest beyond the first is ended. */
  readonly restIdleMs: number
}

/**
 * The members without a task: at most `maxIdle`; those beyond `warm` are ended after a while, those beyond the first after a
 * longer one.
 */
export class IdleMembers {
  readonly #options: IdleOptions
  readonly #dismiss: (member: Member) => void
  /** Since when each has been idle; longest first. */
  readonly #since = new Map<Member, number>()
  #timer: NodeJS.Timeout | undefined
  #dueAt = 0

  /** `dismiss` is called for each member that was removed as surplus. */
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

  /** @returns whether it was idle */
  remove(member: Member): boolean {
    return this.#since.delete(member)
  }

  /**
   * Removes and returns one that has the module; otherwise, of those with room for another module, the one that keeps the most,
   * whose code is the warmest; otherwise the one that keeps the fewest. Among equals the one used last, so that the others
   * become surplus.
   */
  take(digest: string): Member | undefined {
    const latestFirst = this.all.toReversed()
    const withRoom = latestFirst.filter(({ modules }) => modules.hasRoom)
    const best =
      latestFirst.find(({ modules }) => modules.has(digest)) ??
      firstWith(withRoom, Math.max) ??
      firstWith(latestFirst, Math.min)
    if (best !== undefined) this.#since.delete(best)
    return best
  }

  /** Removes all of them and accepts no more. */
  close(): readonly Member[] {
    clearTimeout(this.#timer)
    const { all } = this
    this.#since.clear()
    return all
  }

  /** How long the longest idle member may stay, in milliseconds; undefined for no limit. */
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
    // A member that is taken meanwhile does not move the timer, so under load the timer is not touched.
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

/** The first of those that keep the most modules, or the fewest. */
function firstWith(
  members: readonly Member[],
  extreme: (...sizes: readonly number[]) => number,
): Member | undefined {
  const size = extreme(...members.map(({ modules }) => modules.size))
  return members.find(({ modules }) => modules.size === size)
}
