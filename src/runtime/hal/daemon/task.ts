import type { EventType } from '../calls.js'
import type { Workloads } from '../communication/workloads.js'
import type { Subscriptions } from '../events/subscriptions.js'
import type { Ledger } from '../resources/ledger.js'
import type { TaskStorage } from '../storage/task-storage.js'
import type { HalAttestation } from './options.js'

export type HalTaskParts = {
  readonly id: string
  /** Undefined outside a TEE. */
  readonly attest: HalAttestation['attest'] | undefined
  /** Undefined if there is no storage. */
  readonly storage: TaskStorage | undefined
  readonly workloads: Workloads
  readonly ledger: Ledger
  readonly closed: () => void
}

/** The HAL state of one task, shared by all its instances. */
export class HalTask {
  readonly parts: HalTaskParts
  readonly #subscriptions = new Set<Subscriptions>()
  /** Created at the first call that waits: few tasks need one, and aborting costs an error with a stack trace. */
  #abort: AbortController | undefined
  #hasJoined = false
  #isClosed = false

  constructor(parts: HalTaskParts) {
    this.parts = parts
  }

  /** Aborted when the task ends. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController()
    if (this.#isClosed) this.#abort.abort()
    return this.#abort.signal
  }

  join(): void {
    if (this.#hasJoined || this.#isClosed) return
    this.#hasJoined = true
    this.parts.workloads.join(this.parts.id)
  }

  listen(subscriptions: Subscriptions): () => void {
    this.#subscriptions.add(subscriptions)
    return () => void this.#subscriptions.delete(subscriptions)
  }

  emit(type: EventType, payload: object): void {
    const event = { type, timestamp: Date.now(), payload: JSON.stringify(payload) }
    for (const each of this.#subscriptions) each.offer(event)
  }

  /** The task is being stopped, and may continue for a while. */
  stopping(): void {
    this.emit('platform', { event: 'stopping' })
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#abort?.abort()
    if (this.#hasJoined) this.parts.workloads.leave(this.parts.id)
    this.parts.closed()
  }
}
