import type { ResourceType } from '../calls.js'
import { failure } from '../failure.js'
import { MAX_ALLOCATIONS } from '../limits.js'

/** The names in identifiers and errors. */
const NAMES: Readonly<Record<ResourceType, string>> = {
  memory: 'Memory',
  cpu: 'CpuCores',
  storage: 'Storage',
  network: 'NetworkBandwidth',
}

/** MiB, cores, MiB and Mbit/s. */
export type ResourceLimits = Readonly<Record<ResourceType, bigint>>

/** What one task has reserved of its resources. */
export class Ledger {
  readonly #task: string
  readonly #limits: ResourceLimits
  readonly #allocations = new Map<string, { readonly type: ResourceType; readonly amount: bigint }>()
  #count = 0

  constructor(task: string, limits: ResourceLimits) {
    this.#task = task
    this.#limits = limits
  }

  available(type: ResourceType): bigint {
    return [...this.#allocations.values()].reduce(
      (left, each) => (each.type === type ? left - each.amount : left),
      this.#limits[type],
    )
  }

  allocate(type: ResourceType, amount: bigint): string {
    if (this.#allocations.size >= MAX_ALLOCATIONS)
      throw failure('resources', `at most ${MAX_ALLOCATIONS} allocations at a time`)
    if (amount > this.available(type))
      throw failure('resources', `Insufficient ${NAMES[type]} resources available`)
    this.#count += 1
    const id = `${NAMES[type]}_${this.#task}_${amount}_${this.#count}`
    this.#allocations.set(id, { type, amount })
    return id
  }

  deallocate(id: string): void {
    if (!this.#allocations.delete(id)) throw failure('missing', `Allocation '${id}' not found`)
  }
}
