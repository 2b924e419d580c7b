import {
  connectable,
  defer,
  EMPTY,
  endWith,
  filter,
  from,
  ignoreElements,
  map,
  merge,
  share,
  switchMap,
  takeUntil,
  type Observable,
  type OperatorFunction,
} from 'rxjs'
import type { Command, Decoded, Received } from '../model/command.js'
import type { Connection, InboundMessage, Inflow } from '../model/connection.js'
import type { Publication } from '../model/publication.js'
import type { TaskEvent } from '../model/task-event.js'
import { background, type BackgroundDeps } from './background/background.js'
import { createBinaries, type BinariesDeps } from './binaries/create-binaries.js'
import { createAdmission, type Admission, type AdmitDeps } from './commands/admit.js'
import { receive, type ReceiveDeps } from './commands/receive.js'
import type { Refused } from './commands/refuse.js'
import { ofType } from './operators/of-type.js'
import { answerInterrupted } from './results/answer-interrupted.js'
import { answerRefused } from './results/answer-refused.js'
import { reject } from './results/reject.js'
import { results, type ResultsDeps } from './results/results.js'
import { createTasks, type TasksDeps } from './tasks/create-tasks.js'
import { shutdown, type Shutdown } from './tasks/shutdown.js'

/**
 * What drives the pipeline: messages, the state of the link, local commands and the request to stop.
 *
 * @example
 * ```ts
 * const inputs: PipelineInputs = { message$, connection$, stop$: stopSignal(process) }
 * ```
 */
export type PipelineInputs = {
  readonly message$: Observable<InboundMessage>
  readonly connection$: Observable<Connection>
  /** What the broker is sending, beginning with the current state; by default nothing. */
  readonly inflow$?: Observable<Inflow>
  /** Commands from elsewhere than the broker; they are answered like those of the broker. */
  readonly command$?: Observable<Command>
  /** Begins the shutdown. */
  readonly stop$: Observable<unknown>
}

/**
 * The settings of all stages. Each has the name that it has in the configuration.
 *
 * @example
 * ```ts
 * const unheld = (settings: PipelineSettings): PipelineSettings => ({ ...settings, resultHoldMs: 0 })
 * ```
 */
export type PipelineSettings = BackgroundDeps['settings'] &
  BinariesDeps['settings'] &
  ResultsDeps['settings'] &
  TasksDeps['settings'] & {
    readonly shutdownMs: number
    readonly queueMax: number
    readonly maxDaemons: number
    readonly maxLatent: number
  }

/**
 * The ports of all stages, and their settings.
 *
 * @example
 * ```ts
 * const withRuntime = (deps: PipelineDeps, runtime: Runtime): PipelineDeps => ({ ...deps, runtime })
 * ```
 */
export type PipelineDeps = Omit<
  BackgroundDeps & BinariesDeps & ReceiveDeps & ResultsDeps & TasksDeps,
  'settings'
> & {
  readonly settings: PipelineSettings
  /** Why to refuse a task regardless of room. */
  readonly refuse: AdmitDeps['refuse']
}

/**
 * What the pipeline emits: messages to publish, and the task events that logs, metrics and traces derive from.
 *
 * @example
 * ```ts
 * const ids$ = pipeline(inputs, deps).pipe(
 *   ofType('task'),
 *   map(({ event }: Extract<PipelineOutput, { type: 'task' }>) => ('id' in event ? event.id : undefined)),
 * )
 * ```
 */
export type PipelineOutput =
  | { readonly type: 'publish'; readonly publication: Publication }
  | { readonly type: 'task'; readonly event: TaskEvent }

/**
 * MQTT topics → commands → tasks → results, alongside heartbeats and metrics. Completes once, after `stop$`, when the last
 * task has ended and its result has been emitted.
 *
 * @example
 * ```ts
 * const publication$ = pipeline({ message$, connection$, stop$ }, deps).pipe(
 *   ofType('publish'),
 *   map(({ publication }) => publication),
 * )
 * ```
 */
export const pipeline = (inputs: PipelineInputs, deps: PipelineDeps): Observable<PipelineOutput> =>
  defer(() => {
    const { settings, journal, clock } = deps
    const connection$ = inputs.connection$.pipe(share())
    const shutdown$ = shutdown(inputs.stop$, { graceMs: settings.shutdownMs, clock })
    const admission = createAdmission({
      ...settings,
      maxTasks: settings.maxTasks + settings.queueMax,
      refuse: deps.refuse,
    })

    const unfinished$ = connectable(from(journal?.unfinished ?? []))
    const message$ = merge(unfinished$.pipe(ofType('again'), map(toMessage)), inputs.message$)
    const command$ = receive({ message$, command$: inputs.command$ ?? EMPTY, admission }, deps).pipe(
      takeUntil(drained(shutdown$, admission)),
      share(),
    )
    const { inflow$ } = inputs
    const chunk$ = command$.pipe(ofType('chunk'))
    const { acquire, request$ } = createBinaries({ chunk$, ...(inflow$ && { inflow$ }) }, deps)
    const tasks = createTasks({ acquire, admit: admission.admit, shutdown$ }, deps)

    const task$ = merge(
      command$.pipe(ofType('rejected'), reject),
      command$.pipe(ofType('refused'), answerRefused),
      command$.pipe(ofType('start', 'stop'), tasks.runUntilStopped()),
      command$.pipe(ofType('invoke', 'stop'), tasks.invokeUntilStopped()),
      unfinished$.pipe(ofType('interrupted'), answerInterrupted(clock)),
    ).pipe(share())
    const result$ = task$.pipe(results(deps), share())
    const background$ = merge(
      // Stays subscribed, so that late tasks get the current stage.
      shutdown$.pipe(ignoreElements()),
      background({ connection$, command$: command$.pipe(toCommands), task$ }, deps),
      request$,
    ).pipe(takeUntil(whenComplete(result$)))

    // Once everything above is subscribed.
    const resume$ = defer(() => {
      unfinished$.connect()
      return EMPTY
    })
    return merge(merge(background$, result$).pipe(map(toPublish)), task$.pipe(map(toTask)), resume$)
  })

/** Emits when nothing is under way any more after the shutdown began. */
const drained = (shutdown$: Observable<Shutdown>, { underWay$ }: Admission): Observable<number> =>
  shutdown$.pipe(
    switchMap(() => underWay$),
    filter((underWay) => underWay === 0),
  )

/** Everything the Manager asked of this proplet, refused or not. */
const toCommands: OperatorFunction<Received<Decoded | Refused>, Received<Command>> = (received$) =>
  received$.pipe(
    map((received) =>
      received.type === 'refused' ? { ...received.command, receivedAt: received.receivedAt } : received,
    ),
    ofType('start', 'stop', 'invoke'),
  )

const whenComplete = (source$: Observable<unknown>): Observable<true> =>
  source$.pipe(ignoreElements(), endWith(true as const))

const toMessage = ({ message }: { readonly message: InboundMessage }): InboundMessage => message
const toPublish = (publication: Publication): PipelineOutput => ({ type: 'publish', publication })
const toTask = (event: TaskEvent): PipelineOutput => ({ type: 'task', event })
