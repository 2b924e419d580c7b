import type { EventType, HalEvent } from '../calls.js'
import { failure } from '../failure.js'
import { MAX_SUBSCRIPTIONS, MAX_WAITING_EVENTS } from '../limits.js'

/** The subscriptions of one instance. */
export class Subscriptions {
  readonly #all = new Map<number, { readonly type: EventType; waiting: HalEvent[] }>()
  #last = 0

  add(type: EventType): number {
    if (this.#all.size >= MAX_SUBSCRIPTIONS)
      throw failure('events', `at most ${MAX_SUBSCRIPTIONS} subscriptions at a time`)
    this.#last += 1
    this.#all.set(this.#last, { type, waiting: [] })
    return this.#last
  }

  remove(handle: number): void {
    if (!this.#all.delete(handle)) throw failure('missing', 'Event handler not found')
  }

  /** Beyond the cap, the oldest events are dropped. */
  offer(event: HalEvent): void {
    for (const { type, waiting } of this.#all.values())
      if (type === event.type) {
        waiting.push(event)
        if (waiting.length > MAX_WAITING_EVENTS) waiting.shift()
      }
  }

  take(handle: number): readonly HalEvent[] {
    const subscription = this.#all.get(handle)
    if (subscription === undefined) throw failure('missing', 'Event handler not found')
    const { waiting } = subscription
    subscription.waiting = []
    return waiting
  }
}
