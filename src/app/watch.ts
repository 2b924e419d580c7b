import { catchError, defer, EMPTY, merge, type Observable } from 'rxjs'
import type { Command } from '../model/command.js'
import type { Connection } from '../model/connection.js'
import type { Step } from '../model/step.js'
import type { TaskEvent } from '../model/task-event.js'
import type { Runtime } from '../model/runtime.js'
import type { Told } from '../streams/observe/delivery.js'
import type { Config } from '../io/config/config.js'
import type { JournalStats } from '../io/journal/index.js'
import type { TlsTrust } from '../net/tls.js'
import type { Logger } from '../io/log/log.js'
import type { Delivery, MqttLink } from '../io/mqtt/index.js'

/** What happens in a proplet, for those who watch it. All are hot; they complete when the proplet has ended. */
export type Happenings = {
  readonly task$: Observable<TaskEvent>
  /** How runs of tasks get on, and `told$` when their results have reached the broker, by `performance.now()`. */
  readonly step$: Observable<Step>
  readonly told$: Observable<Told>
  /** What becomes of all that is published. */
  readonly delivery$: Observable<Delivery>
  readonly connection$: Observable<Connection>
  /** Emits when the proplet begins to stop. */
  readonly stop$: Observable<unknown>
  /** Emits when it has left the broker: it is time to complete. */
  readonly end$: Observable<unknown>
  readonly outbox: MqttLink['stats']
  /** Undefined: there is none. */
  readonly journal: (() => JournalStats) | undefined
  readonly runtime: Pick<Runtime, 'name' | 'usage'>
}

/**
 * Watches a proplet until it ends, and completes soon after `end$`. What it emits are commands of the one who sits before it,
 * and go the way of those that the Manager sends; else it changes nothing.
 */
export type Watch = (happenings: Happenings) => Observable<Command>

/** Those who watch, as the configuration asks for; what they need is loaded only for them. */
export const openWatch = async (config: Config, tls: TlsTrust, log: Logger): Promise<Watch> => {
  const watches: Watch[] = []
  if (config.ops !== undefined) {
    const { createOps } = await import('../io/ops/ops.js')
    const { page } = config.ops
    const parts =
      page === undefined ? [] : [await (await import('../io/page/page.js')).openPage(config, page, log)]
    watches.push(createOps(config, config.ops, log, parts))
  }
  if (config.traces !== undefined) {
    const { createTraces } = await import('../io/traces/traces.js')
    watches.push(createTraces(config, config.traces, tls, log))
  }
  const harmless = (watched$: Observable<Command>) =>
    watched$.pipe(
      catchError((error: unknown) => {
        log.error({ err: error }, 'One who watches the proplet failed; the proplet goes on without')
        return EMPTY
      }),
    )
  return (happenings) => merge(...watches.map((watch) => harmless(defer(() => watch(happenings)))))
}
