import { addFigures } from '../../../host/process-figures.js'
import type { Usage } from '../../../model/runtime.js'
import type { Guest } from '../guests/guest.js'
import type { Counters, Figures } from '../../../model/figures.js'

const NOTHING: Figures = {
  cpuSeconds: undefined,
  diskReadBytes: undefined,
  diskWriteBytes: undefined,
  memoryBytes: undefined,
  threads: undefined,
  fileDescriptors: undefined,
}

/** A guest of the task: its counters before the task, and its latest reading. */
type Account = { readonly before: Counters | undefined; spent: Counters | undefined }

/**
 * What one task uses, over all guests that it has or had. A guest runs one task after another, so what it used before is
 * subtracted.
 */
export class TaskUsage {
  readonly #accounts = new Map<Guest, Account>()
  readonly #startedAt: number
  /** Used by guests that the task no longer has. */
  #spent = NOTHING

  /** @param startedAt on the clock of `performance.now()` */
  constructor(first: Guest, startedAt = performance.now()) {
    this.#startedAt = startedAt
    this.take(first)
  }

  /** The task has the guest from now on; repeated calls have no effect. */
  take(guest: Guest): void {
    if (!this.#accounts.has(guest)) this.#accounts.set(guest, { before: guest.counters(), spent: undefined })
  }

  /** The task has released the guest; what it used still counts. */
  leave(guest: Guest): void {
    const account = this.#accounts.get(guest)
    if (account === undefined) return
    this.#accounts.delete(guest)
    const spent = since(account.before, guest.counters()) ?? account.spent
    if (spent !== undefined) this.#spent = addFigures(this.#spent, { ...NOTHING, ...spent })
  }

  read(): Usage {
    let sum = this.#spent
    for (const [guest, account] of this.#accounts) {
      const figures = guest.figures()
      account.spent = since(account.before, figures) ?? account.spent
      sum = addFigures(sum, { ...(figures ?? NOTHING), ...account.spent })
    }
    return { ...sum, elapsedMs: performance.now() - this.#startedAt }
  }
}

function since(before: Counters | undefined, now: Counters | undefined): Counters | undefined {
  if (before === undefined || now === undefined) return undefined
  return {
    cpuSeconds: minus(now.cpuSeconds, before.cpuSeconds),
    diskReadBytes: minus(now.diskReadBytes, before.diskReadBytes),
    diskWriteBytes: minus(now.diskWriteBytes, before.diskWriteBytes),
  }
}

const minus = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : Math.max(0, a - b)
