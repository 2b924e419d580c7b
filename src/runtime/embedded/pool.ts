import { availableParallelism } from 'node:os'
import type { BootMessage } from '../guest/protocol.js'
import { awaitReady } from './await-ready.js'
import { backoffMs } from './backoff.js'
import type { GuestFate } from './execution.js'
import type { Guest, StartGuest } from './guest.js'
import { ModuleLedger } from './module-ledger.js'

export type Log = Readonly<Record<'debug' | 'info' | 'warn' | 'error', (obj: object, msg: string) => void>>

export type PoolOptions = {
  readonly boot: BootMessage
  /** Idle guests kept ready. */
  readonly warm: number
  /** Idle guests kept at most. */
  readonly maxIdle: number
  /** Milliseconds after which an idle guest beyond `warm` is ended. */
  readonly surplusIdleMs: number
  /** Tasks after which a guest is replaced. */
  readonly maxTasks: number
  /** Resident bytes above which a guest is replaced. */
  readonly maxResidentBytes: number
  readonly log: Log
}

export type Member = {
  readonly guest: Guest
  readonly modules: ModuleLedger
  tasks: number
  idleSince: number
}

export type Applicant = {
  granted(member: Member): void
  /** No guest can be started. */
  refused(error: string): void
}

const READY_TIMEOUT_MS = 10_000
/** Starting a guest blocks the daemon for some milliseconds: results go first. */
const REFILL_DELAY_MS = 50
const MAX_FAILURES = 3

/**
 * Guests, each for one task at a time.
 *
 * Invariants: a member is in exactly one of `#coming` (booting or tidying up), `#idle`, `#leaving` (ended, not yet
 * gone) or with its applicant; while someone waits, nobody is idle; one start is scheduled at most, so that starts
 * never follow each other without a turn of the event loop between.
 */
export class Pool {
  readonly #options: PoolOptions
  readonly #coming = new Set<Guest>()
  readonly #leaving = new Set<Guest>()
  readonly #taken = new Set<Member>()
  readonly #waiting = new Set<Applicant>()
  readonly #onReady = new Set<{ resolve: () => void; reject: (error: Error) => void }>()
  readonly #onEmpty = new Set<() => void>()
  /** The one used last is the last. */
  #idle: Member[] = []
  #start: StartGuest | undefined
  #scheduled: { readonly timer: NodeJS.Timeout; readonly urgent: boolean } | undefined
  #trimTimer: NodeJS.Timeout | undefined
  #failures = 0
  #isClosed = false

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /** Nothing is started before this. */
  open(start: StartGuest): void {
    this.#start = start
    this.#balance()
  }

  /** Grants at once if a guest is idle: the one that has the module, else the one that keeps fewest. Returns how to withdraw. */
  acquire(digest: string, applicant: Applicant): () => void {
    if (this.#isClosed) {
      applicant.refused('the runtime is closed')
      return () => undefined
    }
    const member = this.#pick(digest)
    if (member === undefined) this.#waiting.add(applicant)
    else this.#grant(member, applicant)
    this.#balance()
    return () => void this.#waiting.delete(applicant)
  }

  release(member: Member, fate: GuestFate): void {
    this.#taken.delete(member)
    member.tasks += 1
    if (fate === 'gone') this.#balance()
    else if (fate === 'discard' || member.tasks >= this.#options.maxTasks || this.#isClosed)
      this.#dismiss(member.guest)
    else if (fate === 'settle') void this.#settle(member)
    else this.#rest(member)
  }

  /** Resolves once `warm` guests are idle; rejects when none can be started. */
  ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#onReady.add({ resolve, reject })
      this.#balance()
    })
  }

  pids(): number[] {
    const guests = [...this.#coming, ...this.#idle.map((member) => member.guest)]
    return [...guests, ...[...this.#taken].map((member) => member.guest)].flatMap(({ pid }) => pid ?? [])
  }

  /** Ends every guest but those that are taken, whose release ends them; resolves when all are gone. */
  close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#scheduled?.timer)
    clearTimeout(this.#trimTimer)
    this.#refuseAll('the runtime is closed')
    for (const guest of this.#coming) guest.kill()
    for (const member of this.#idle.splice(0)) this.#dismiss(member.guest)
    return new Promise((resolve) => {
      this.#onEmpty.add(resolve)
      this.#reportEmpty()
    })
  }

  #pick(digest: string): Member | undefined {
    const has = this.#idle.findLast(({ modules }) => modules.has(digest))
    return has ?? this.#idle.toSorted((a, b) => a.modules.size - b.modules.size)[0]
  }

  #grant(member: Member, applicant: Applicant): void {
    this.#idle = this.#idle.filter((other) => other !== member)
    this.#taken.add(member)
    applicant.granted(member)
  }

  #rest(member: Member): void {
    const [first] = this.#waiting
    member.guest.listen({
      message: () => this.#expel(member, 'spoke out of turn'),
      output: () => this.#expel(member, 'wrote out of turn'),
      closed: (death) => this.#lose(member, death.how),
    })
    if (first !== undefined) {
      this.#waiting.delete(first)
      this.#grant(member, first)
    } else {
      member.idleSince = performance.now()
      this.#idle.push(member)
    }
    this.#balance()
  }

  #expel(member: Member, how: string): void {
    this.#lose(member, how)
    this.#dismiss(member.guest)
  }

  #lose(member: Member, how: string): void {
    this.#idle = this.#idle.filter((other) => other !== member)
    this.#options.log.warn({ pid: member.guest.pid }, `an idle guest ${how}`)
    this.#balance()
  }

  #dismiss(guest: Guest): void {
    this.#leaving.add(guest)
    const ignore = () => undefined
    guest.listen({
      message: ignore,
      output: ignore,
      closed: () => {
        this.#leaving.delete(guest)
        this.#reportEmpty()
      },
    })
    guest.kill()
    this.#balance()
  }

  /** The guest collects its garbage. */
  async #settle(member: Member): Promise<void> {
    const { guest } = member
    this.#coming.add(guest)
    const readiness = await awaitReady(guest, READY_TIMEOUT_MS)
    this.#coming.delete(guest)
    if (!readiness.isReady) {
      this.#options.log.warn({ pid: guest.pid }, `a guest ${readiness.how}`)
      this.#balance()
    } else if (this.#isClosed || (readiness.residentBytes ?? 0) > this.#options.maxResidentBytes)
      this.#dismiss(guest)
    else this.#rest(member)
  }

  async #boot(start: StartGuest): Promise<void> {
    let guest: Guest
    try {
      guest = start()
    } catch (error) {
      this.#fail(`could not be started: ${error instanceof Error ? error.message : 'unknown'}`)
      return
    }
    this.#coming.add(guest)
    this.#balance()
    const isReady = awaitReady(guest, READY_TIMEOUT_MS)
    guest.post(this.#options.boot)
    const readiness = await isReady
    this.#coming.delete(guest)
    if (!readiness.isReady) this.#fail(readiness.how)
    else if (this.#isClosed) this.#dismiss(guest)
    else {
      this.#failures = 0
      this.#rest({ guest, modules: new ModuleLedger(), tasks: 0, idleSince: 0 })
    }
  }

  #fail(how: string): void {
    if (!this.#isClosed) {
      this.#failures += 1
      this.#options.log.warn({ failures: this.#failures }, `a guest failed while it was started: it ${how}`)
      if (this.#failures >= MAX_FAILURES) this.#refuseAll(`no guest can be started: it ${how}`)
    }
    this.#balance()
  }

  #refuseAll(error: string): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const applicant of waiting) applicant.refused(error)
    for (const { reject } of this.#onReady) reject(new Error(error))
    this.#onReady.clear()
  }

  /** After every change: starts what is missing, ends what is too much, tells those who wait for either. */
  #balance(): void {
    if (this.#isClosed) {
      this.#reportEmpty()
      return
    }
    if (this.#idle.length >= this.#options.warm && this.#start !== undefined) {
      for (const { resolve } of this.#onReady) resolve()
      this.#onReady.clear()
    }
    this.#trim()
    const coming = this.#coming.size
    const isUrgent = this.#waiting.size > coming
    const isShort = this.#idle.length + coming < this.#options.warm
    if (isUrgent) this.#schedule(coming < maxComing(this.#failures), 0, true)
    else this.#schedule(isShort && coming === 0, REFILL_DELAY_MS, false)
  }

  #schedule(isWanted: boolean, delayMs: number, urgent: boolean): void {
    const start = this.#start
    if (!isWanted || start === undefined) return
    if (this.#scheduled !== undefined) {
      if (this.#failures > 0 || this.#scheduled.urgent || !urgent) return
      clearTimeout(this.#scheduled.timer)
    }
    const timer = setTimeout(
      () => {
        this.#scheduled = undefined
        const isStillWanted = this.#waiting.size > this.#coming.size || this.#idle.length < this.#options.warm
        if (isStillWanted) void this.#boot(start)
      },
      Math.max(delayMs, backoffMs(this.#failures)),
    )
    this.#scheduled = { timer, urgent }
  }

  #trim(): void {
    const { warm, maxIdle, surplusIdleMs } = this.#options
    const atMost = Math.max(warm, maxIdle)
    while (this.#idle.length > atMost) this.#endOldest()
    if (this.#idle.length <= warm || this.#trimTimer !== undefined) return
    const oldest = this.#idle[0]?.idleSince ?? 0
    const dueMs = Math.max(0, oldest + surplusIdleMs - performance.now())
    this.#trimTimer = setTimeout(() => {
      this.#trimTimer = undefined
      const [first] = this.#idle
      const isDue = first !== undefined && first.idleSince + surplusIdleMs <= performance.now() + 1
      if (this.#idle.length > warm && isDue) this.#endOldest()
      this.#balance()
    }, dueMs).unref()
  }

  #endOldest(): void {
    const member = this.#idle.shift()
    if (member !== undefined) this.#dismiss(member.guest)
  }

  #reportEmpty(): void {
    if (!this.#isClosed || this.#coming.size + this.#leaving.size + this.#taken.size > 0) return
    for (const resolve of this.#onEmpty) resolve()
    this.#onEmpty.clear()
  }
}

/** How many may be on their way at once; one, while starting fails. */
function maxComing(failures: number): number {
  return failures > 0 ? 1 : Math.max(2, availableParallelism())
}
