import type { BootMessage } from '../../guest/channel/protocol.js'
import { ComingGuests, REFILL_DELAY_MS, type Need } from './coming-guests.js'
import type { GuestFate } from './fate.js'
import { DEAF, type Guest, type StartGuest } from './guest.js'
import { IdleMembers, type IdleOptions, type Member } from './idle-members.js'
import type { Log } from './log.js'
import { ModuleLedger } from './module-ledger.js'
import { WaitingList, type Applicant } from './waiting-list.js'

export type PoolOptions = IdleOptions & {
  readonly boot: BootMessage
  /** Number of tasks after which a guest is replaced. */
  readonly maxTasks: number
  /** Resident bytes after cleaning up above which a guest is replaced. */
  readonly maxResidentBytes: number
  readonly log: Log
}

/**
 * Guests, each for one task at a time.
 *
 * Invariants: a living guest is in exactly one of `#coming` (booting or cleaning up), `#idle`, `#taken` (with its applicant) or
 * `#leaving` (ended, not yet gone); while a task waits for any guest, no guest is idle.
 */
export class Pool {
  readonly #options: PoolOptions
  readonly #coming: ComingGuests
  readonly #idle: IdleMembers
  readonly #taken = new Set<Member>()
  readonly #leaving = new Set<Guest>()
  /** Those of `#coming` that are cleaning up. */
  readonly #settling = new Set<Member>()
  readonly #waiting = new WaitingList()
  readonly #onReady = new Set<{ resolve: () => void; reject: (error: Error) => void }>()
  readonly #onEmpty = new Set<() => void>()
  /** There was no task for a while, or none yet: one idle guest is enough. */
  #isAtRest = true
  #isClosed = false

  constructor(options: PoolOptions) {
    this.#options = options
    this.#idle = new IdleMembers(options, (member) => {
      if (this.#idle.size < options.warm) this.#isAtRest = true
      this.#dismiss(member.guest)
    })
    this.#coming = new ComingGuests({
      boot: options.boot,
      log: options.log,
      need: () => this.#need(),
      ready: (guest) => this.#welcome(guest),
      gone: () => this.#balance(),
      hopeless: (error) => this.#refuseAll(error),
    })
  }

  /** No guest is started before this call. */
  open(start: StartGuest): void {
    this.#coming.open(start)
    this.#balance()
  }

  /**
   * Grants an idle guest at once, unless one that will soon be idle has a module that would take longer to compile. Returns a
   * function that withdraws the request.
   */
  acquire(digest: string, applicant: Applicant): () => void {
    if (this.#isClosed) {
      applicant.refused('the runtime is closed')
      return () => undefined
    }
    this.#isAtRest = false
    this.#admit(digest, applicant)
    this.#balance()
    return () => this.#waiting.delete(applicant)
  }

  release(member: Member, fate: GuestFate): void {
    this.#taken.delete(member)
    member.tasks += 1
    const isSpent = this.#isClosed || member.tasks >= this.#options.maxTasks
    if (fate === 'gone') this.#balance()
    else if (fate === 'discard' || isSpent) this.#dismiss(member.guest)
    else if (fate === 'settling') this.#settle(member)
    else if (fate === 'settled') this.#keepUnlessLarge(member)
    else this.#rest(member)
  }

  /** Resolves once `warm` guests are idle; rejects if none can be started. */
  ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) {
        reject(new Error('the runtime is closed'))
        return
      }
      this.#isAtRest = false
      this.#onReady.add({ resolve, reject })
      this.#balance()
    })
  }

  /** Process IDs of guests, except those just killed. */
  pids(): number[] {
    const members = [...this.#idle.all, ...this.#taken].map(({ guest }) => guest)
    return [...this.#coming.all, ...members].flatMap(({ pid }) => pid ?? [])
  }

  /** Ends idle guests now and busy ones when they are released; resolves when all are gone. */
  close(): Promise<void> {
    this.#isClosed = true
    this.#refuseAll('the runtime is closed')
    this.#coming.close()
    for (const { guest } of this.#idle.close()) this.#dismiss(guest)
    return new Promise((resolve) => {
      this.#onEmpty.add(resolve)
      this.#balance()
    })
  }

  #admit(digest: string, applicant: Applicant): void {
    const isSoon = (each: Member) => each.modules.isCostly(digest) && !this.#waiting.isWanted(each)
    const wanted = this.#idle.has(digest) ? undefined : [...this.#settling].find(isSoon)
    const member = wanted === undefined ? this.#idle.take(digest) : undefined
    if (member === undefined) this.#waiting.add(applicant, digest, wanted)
    else this.#grant(member, applicant)
  }

  #grant(member: Member, applicant: Applicant): void {
    member.takenAt = performance.now()
    this.#taken.add(member)
    applicant.granted(member)
  }

  #rest(member: Member): void {
    const first = this.#waiting.next(member)
    if (first !== undefined) this.#grant(member, first)
    else {
      member.guest.listen({
        message: () => this.#expel(member),
        output: () => this.#expel(member),
        closed: (death) => this.#lose(member, death.how),
      })
      this.#idle.add(member)
    }
    this.#balance()
  }

  #expel(member: Member): void {
    this.#lose(member, 'sent a message out of turn')
    this.#dismiss(member.guest)
  }

  #lose(member: Member, how: string): void {
    this.#idle.remove(member)
    if (!this.#isClosed) this.#options.log.warn({ pid: member.guest.pid }, `an idle guest ${how}`)
    this.#balance()
  }

  #dismiss(guest: Guest): void {
    this.#leaving.add(guest)
    guest.listen({
      ...DEAF,
      closed: () => {
        this.#leaving.delete(guest)
        this.#balance()
      },
    })
    guest.kill()
    this.#balance()
  }

  #settle(member: Member): void {
    const { guest } = member
    this.#settling.add(member)
    this.#coming.add(guest, (failure) => {
      this.#settling.delete(member)
      if (failure === undefined) this.#keepUnlessLarge(member)
      else this.#lose(member, failure)
      for (const [applicant, digest] of this.#waiting.leftBy(member)) this.#admit(digest, applicant)
      this.#balance()
    })
  }

  #keepUnlessLarge(member: Member): void {
    const residentBytes = member.guest.residentBytes()
    const isLarge = residentBytes !== undefined && residentBytes > this.#options.maxResidentBytes
    if (isLarge || this.#isClosed) this.#dismiss(member.guest)
    else this.#rest(member)
  }

  #welcome(guest: Guest): void {
    if (this.#isClosed) this.#dismiss(guest)
    else this.#rest({ guest, modules: new ModuleLedger(), tasks: 0, takenAt: 0 })
  }

  #refuseAll(error: string): void {
    for (const applicant of this.#waiting.drain()) applicant.refused(error)
    for (const { reject } of this.#onReady) reject(new Error(error))
    this.#onReady.clear()
  }

  /** Runs after every change: starts missing guests and notifies waiters. */
  #balance(): void {
    if (this.#isClosed) {
      if (this.#coming.size + this.#leaving.size + this.#taken.size > 0) return
      for (const resolve of this.#onEmpty) resolve()
      this.#onEmpty.clear()
      return
    }
    if (!this.#coming.isOpen) return
    if (this.#idle.size >= this.#options.warm) {
      for (const { resolve } of this.#onReady) resolve()
      this.#onReady.clear()
    }
    this.#coming.startIfNeeded()
  }

  #need(): Need {
    const coming = this.#coming.size
    const isShort = this.#idle.size + coming < this.#kept
    if (this.#waiting.size > coming || (isShort && this.#onReady.size > 0)) return 'urgent'
    if (!isShort || coming > 0) return 'none'
    return this.#idle.size + this.#soonBack() < this.#kept ? 'refill' : 'later'
  }

  /** The number of idle guests to keep ready now. */
  get #kept(): number {
    const { warm } = this.#options
    return this.#isAtRest ? Math.min(1, warm) : warm
  }

  /** The number taken no longer ago than the refill delay: usually for short tasks. */
  #soonBack(): number {
    const since = performance.now() - REFILL_DELAY_MS
    let count = 0
    for (const { takenAt } of this.#taken) if (takenAt > since) count += 1
    return count
  }
}
