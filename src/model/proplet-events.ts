import type { Observable } from 'rxjs'
import type { Command } from './command.js'
import type { Connection } from './connection.js'
import type { Delivery, OutboxStats } from './delivery.js'
import type { JournalStats } from './journal.js'
import type { Runtime } from './runtime.js'
import type { ResultDelivery, Step } from './step.js'
import type { TaskEvent } from './task-event.js'

/** Events of a proplet, for observers. All streams are hot and complete when the proplet has ended. */
export type PropletEvents = {
  readonly task$: Observable<TaskEvent>
  /** The progress of runs, and the delivery of their results, timed by `performance.now()`. */
  readonly step$: Observable<Step>
  readonly resultDelivery$: Observable<ResultDelivery>
  /** What becomes of each publication. */
  readonly delivery$: Observable<Delivery>
  readonly connection$: Observable<Connection>
  /** Emits when the proplet begins to stop. */
  readonly stop$: Observable<unknown>
  /** Emits when the proplet has disconnected: observers should complete. */
  readonly end$: Observable<unknown>
  readonly outbox: () => OutboxStats
  /** Undefined: there is none. */
  readonly journal: (() => JournalStats) | undefined
  readonly runtime: Pick<Runtime, 'name' | 'usage'>
}

/**
 * Observes a proplet until it ends, and completes soon after `end$`. It emits commands from a local user,
 * which are handled like those of the Manager; otherwise it changes nothing.
 */
export type Watch = (propletEvents: PropletEvents) => Observable<Command>
