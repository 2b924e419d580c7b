import type { ResourceType } from '../../hal/calls.js'
import { unexpected, type DaemonCalls } from './daemon-calls.js'

const MAX_ID_LENGTH = 2048

/** The resources of this machine that a task may use, and its allocations. */
export class Resources {
  readonly #daemon: DaemonCalls

  constructor(daemon: DaemonCalls) {
    this.#daemon = daemon
  }

  allocate(type: ResourceType, amount: bigint): { readonly id: string; readonly granted: bigint } {
    const call = { name: 'allocate', type, amount: String(amount) } as const
    const { value } = this.#daemon.call(call)
    if (typeof value !== 'object' || !('granted' in value)) return unexpected(call)
    return { id: value.id, granted: BigInt(value.granted) }
  }

  deallocate(id: string): void {
    this.#daemon.call({ name: 'deallocate', id: id.slice(0, MAX_ID_LENGTH) })
  }

  available(type: ResourceType): bigint {
    return this.#daemon.bigint({ name: 'query-available', type })
  }
}
