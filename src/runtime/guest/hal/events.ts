import type { EventType, HalEvent } from '../../hal/calls.js'
import { toDaemonHandle, unexpected, type DaemonCalls } from './daemon-calls.js'

/** The subscriptions of one instance. */
export class Events {
  readonly #daemon: DaemonCalls

  constructor(daemon: DaemonCalls) {
    this.#daemon = daemon
  }

  subscribe(type: EventType): bigint {
    return BigInt(this.#daemon.number({ name: 'subscribe', type }))
  }

  unsubscribe(handle: bigint): void {
    this.#daemon.call({ name: 'unsubscribe', handle: toDaemonHandle(handle) })
  }

  /** Those that came since the last poll, the oldest first. */
  poll(handle: bigint): readonly HalEvent[] {
    const call = { name: 'poll-events', handle: toDaemonHandle(handle) } as const
    const { value } = this.#daemon.call(call)
    return Array.isArray(value) && value.every(isEvent) ? value : unexpected(call)
  }
}

const isEvent = (value: string | HalEvent): value is HalEvent => typeof value === 'object'
