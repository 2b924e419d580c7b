import type { Observable } from 'rxjs'
import type { Command } from './command.js'
import type { Connection } from './connection.js'
import type { Delivery, OutboxStats } from './delivery.js'
import type { JournalStats } from './journal.js'
import type { Runtime } from './runtime.js'
import type { ResultDelivery, Step } from './step.js'
import type { TaskEvent } from './task-event.js'

/** What happens in a proplet, for those who watch it. All are hot; they complete when the proplet has ended. */
export type PropletEvents = {
  readonly task$: Observable<TaskEvent>
  /** How runs of tasks get on, and `resultDelivery$` when their results have reached the broker, by `performance.now()`. */
  readonly step$: Observable<Step>
  readonly resultDelivery$: Observable<ResultDelivery>
  /** What becomes of all that is published. */
  readonly delivery$: Observable<Delivery>
  readonly connection$: Observable<Connection>
  /** Emits when the proplet begins to stop. */
  readonly stop$: Observable<unknown>
  /** Emits when it has left the broker: it is time to complete. */
  readonly end$: Observable<unknown>
  readonly outbox: () => OutboxStats
  /** Undefined: there is none. */
  readonly journal: (() => JournalStats) | undefined
  readonly runtime: Pick<Runtime, 'name' | 'usage'>
}

/**
 * Watches a proplet until it ends, and completes soon after `end$`. What it emits are commands of the one who sits before it,
 * and go the way of those that the Manager sends; else it changes nothing.
 */
export type Watch = (propletEvents: PropletEvents) => Observable<Command>
