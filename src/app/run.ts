import {
  concat,
  connect,
  endWith,
  filter,
  ignoreElements,
  map,
  merge,
  share,
  Subject,
  take,
  tap,
  timer,
  type Observable,
} from 'rxjs'
import { createTaskLog } from '../io/log/task-log.js'
import type { MqttLink } from '../io/mqtt/index.js'
import type { Command } from '../model/command.js'
import type { Delivery } from '../model/delivery.js'
import type { PropletEvents } from '../model/proplet-events.js'
import type { Publication } from '../model/publication.js'
import type { Runtime } from '../model/runtime.js'
import { resultDelivery } from '../streams/observe/delivery.js'
import { phases } from '../streams/observe/phases.js'
import { ofType } from '../streams/operators/of-type.js'
import { pipeline, type PipelineDeps, type PipelineOutput } from '../streams/pipeline.js'
import { offline } from './broker-link.js'
import type { Parts } from './parts.js'
import { publish } from './publish.js'

/** How long a stop waits for the broker to accept undelivered messages, in milliseconds. */
const FLUSH_MS = 10_000

/** Announces that the proplet is offline once the pipeline has ended; otherwise the Last Will does. */
const leave = ({ config, log }: Parts, link: MqttLink): Observable<never> =>
  link.close(offline(config), FLUSH_MS).pipe(
    tap(({ clean, undelivered }) => {
      if (undelivered > 0)
        log.error({ undelivered }, 'Messages were not delivered before the proplet stopped')
      log.info({ clean }, 'Proplet stopped')
    }),
    ignoreElements(),
  )

const publicationsIn = (output$: Observable<PipelineOutput>): Observable<Publication> =>
  output$.pipe(
    ofType('publish'),
    map(({ publication }) => publication),
  )

/** Undelivered results that are tracked per run. */
const MAX_DUE = 10_000

/** Guests are started without a link to the broker, too, after so many milliseconds. */
const WARM_UP_MS = 1000

const now = () => performance.now()

/** Guests are started when the proplet has announced itself, so that they do not delay its first heartbeat. */
const warmUp = (runtime: Runtime, delivery$: Observable<Delivery>): Observable<never> =>
  merge(delivery$.pipe(filter(({ at }) => at === 'acknowledged')), timer(WARM_UP_MS)).pipe(
    take(1),
    tap(() => runtime.warmUp?.()),
    ignoreElements(),
  )

/** The events for observers. */
const propletEvents = (
  link: MqttLink,
  output$: Observable<PipelineOutput>,
  delivery$: Observable<Delivery>,
): Omit<PropletEvents, 'stop$' | 'end$' | 'runtime' | 'journal'> => {
  const task$ = output$.pipe(
    ofType('task'),
    map(({ event }) => event),
  )
  const step$ = task$.pipe(phases(now), share())
  return {
    task$,
    step$,
    resultDelivery$: resultDelivery({ step$, fate$: delivery$ }, { now, maxDue: MAX_DUE }).pipe(share()),
    delivery$,
    connection$: link.connection$,
    outbox: link.stats,
  }
}

/** Runs the pipeline over a link with observers, and disconnects when it has ended. */
export const run = (
  parts: Parts,
  runtime: Runtime,
  link: MqttLink,
  deps: PipelineDeps,
  given$: Observable<unknown>,
) => {
  const logTask = createTaskLog(parts.log, now)
  const stop$ = given$.pipe(share())
  // Observers of the pipeline's output may emit commands into it; this closes the loop.
  const commands = new Subject<Command>()
  const { messages$: message$, connection$, inflow$ } = link
  const command$ = commands.asObservable()
  return pipeline({ message$, connection$, inflow$, command$, stop$ }, deps).pipe(
    tap((output) => {
      if (output.type === 'task') logTask(output.event)
    }),
    connect((output$) => {
      const left$ = concat(output$, leave(parts, link)).pipe(share())
      const end$ = left$.pipe(ignoreElements(), endWith(undefined))
      const published$ = publish(parts, link, publicationsIn(output$)).pipe(
        connect((delivery$) => {
          const { journal } = parts
          const seen: PropletEvents = {
            ...propletEvents(link, output$, delivery$),
            stop$,
            end$,
            runtime,
            journal: journal && (() => journal.stats),
          }
          const watched$ = parts.watch(seen).pipe(tap((command) => commands.next(command)))
          return merge(watched$, delivery$, warmUp(runtime, delivery$)).pipe(ignoreElements())
        }),
      )
      return merge(published$, left$)
    }),
  )
}
