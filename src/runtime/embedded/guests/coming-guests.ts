import { availableParallelism } from 'node:os'
import type { BootMessage } from '../../guest/channel/protocol.js'
import { whenReady } from './await-ready.js'
import type { Guest, StartGuest } from './guest.js'
import type { Log } from './log.js'
import { messageOf } from '../../../model/message-of.js'

/**
 * `urgent`: a task waits for a guest. `refill`: warm guests are missing and are started one at a time. `later`: warm guests are
 * missing, but were taken so recently that they may be back soon.
 */
export type Need = 'urgent' | 'refill' | 'later' | 'none'

export type ComingGuestsOptions = {
  readonly boot: BootMessage
  readonly log: Log
  readonly need: () => Need
  /** A started guest is ready for tasks. */
  readonly ready: (guest: Guest) => void
  /** A starting guest has failed. */
  readonly gone: () => void
  /** Starting fails again and again. */
  readonly hopeless: (error: string) => void
}

const READY_TIMEOUT_MS = 10_000
/** Starting a guest blocks the daemon for some milliseconds, so results are sent first. */
export const REFILL_DELAY_MS = 50
const MAX_FAILURES = 3
const FIRST_BACKOFF_MS = 100
const LONGEST_BACKOFF_MS = 5000

/**
 * Guests that boot or clean up; starts more of them on demand.
 *
 * Invariant: at most one start is scheduled, so that the event loop turns between any two starts.
 */
export class ComingGuests {
  readonly #options: ComingGuestsOptions
  readonly #guests = new Set<Guest>()
  #start: StartGuest | undefined
  #scheduled: { readonly timer: NodeJS.Timeout; readonly isUrgent: boolean } | undefined
  #failures = 0
  #isClosed = false

  constructor(options: ComingGuestsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#guests.size
  }

  get all(): readonly Guest[] {
    return [...this.#guests]
  }

  /** Whether guests can be started yet. */
  get isOpen(): boolean {
    return this.#start !== undefined
  }

  open(start: StartGuest): void {
    this.#start = start
  }

  /** Starts no more guests, and kills those that are not ready yet. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#scheduled?.timer)
    for (const guest of this.#guests) guest.kill()
  }

  /** Calls `settled` once a guest reports `ready`, or with what happened to it. */
  add(guest: Guest, settled: (failure: string | undefined) => void): void {
    this.#guests.add(guest)
    whenReady(guest, READY_TIMEOUT_MS, (failure) => {
      this.#guests.delete(guest)
      settled(failure)
    })
  }

  /** Schedules a start if a guest is needed. */
  startIfNeeded(): void {
    const start = this.#start
    if (start === undefined || this.#isClosed) return
    const need = this.#need()
    if (need === 'none') return
    const isUrgent = need === 'urgent'
    if (this.#scheduled !== undefined) {
      if (this.#failures > 0 || this.#scheduled.isUrgent || !isUrgent) return
      clearTimeout(this.#scheduled.timer)
    }
    const delayMs = Math.max(isUrgent ? 0 : REFILL_DELAY_MS, backoffMs(this.#failures))
    const timer = setTimeout(() => {
      this.#scheduled = undefined
      const still = this.#need()
      if (still === 'urgent' || still === 'refill') this.#boot(start)
      else this.startIfNeeded()
    }, delayMs)
    this.#scheduled = { timer, isUrgent }
  }

  #need(): Need {
    return this.size < maxComing(this.#failures) ? this.#options.need() : 'none'
  }

  #boot(start: StartGuest): void {
    let guest: Guest
    try {
      guest = start()
    } catch (error) {
      this.#fail(`could not be started: ${messageOf(error)}`)
      return
    }
    this.add(guest, (failure) => {
      if (failure === undefined) {
        this.#failures = 0
        this.#options.ready(guest)
      } else this.#fail(failure)
    })
    this.startIfNeeded()
    guest.post(this.#options.boot)
  }

  #fail(how: string): void {
    if (!this.#isClosed) {
      this.#failures += 1
      this.#options.log.warn({ failures: this.#failures }, `a guest failed during its start: it ${how}`)
      if (this.#failures >= MAX_FAILURES) this.#options.hopeless(`no guest can be started: it ${how}`)
    }
    this.#options.gone()
  }
}

const MAX_COMING = Math.max(2, availableParallelism())

/** How many guests may start at once; only one while starting fails. */
function maxComing(failures: number): number {
  return failures > 0 ? 1 : MAX_COMING
}

/** The delay after this many consecutive failures: none at first, then 100 ms, doubling up to 5 s. */
function backoffMs(failures: number): number {
  return failures === 0 ? 0 : Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failures - 1))
}
