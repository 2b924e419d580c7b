import {
  defer,
  EMPTY,
  endWith,
  filter,
  ignoreElements,
  map,
  merge,
  share,
  Subject,
  switchMap,
  takeUntil,
  type Observable,
  type SchedulerLike,
} from 'rxjs'
import type { Command, Decoded, Received } from '../model/command.js'
import type { Connection, InboundMessage } from '../model/connection.js'
import type { Publication } from '../model/publication.js'
import type { TaskEvent } from '../model/task-event.js'
import { acquire, type AcquireDeps } from './binaries/acquire.js'
import { createAdmission, type AdmitDeps } from './commands/admit.js'
import { decode, type DecodeDeps } from './commands/decode.js'
import { dedupe } from './commands/dedupe.js'
import { discovery } from './background/discovery.js'
import { createDownloads, type DownloadDeps } from './binaries/download.js'
import { execute, type ExecuteDeps } from './tasks/execute.js'
import { telemetry, type Stream } from './background/telemetry.js'
import { federate, type FederateDeps } from './tasks/federated/federate.js'
import { updates } from './results/updates.js'
import { createFetch, type FetchDeps } from './binaries/fetch.js'
import { heartbeat } from './background/heartbeat.js'
import { hold } from './results/hold.js'
import { invokeResult } from './results/invoke-result.js'
import { invoke } from './tasks/invoke.js'
import { record } from './commands/record.js'
import { closeCommands, omitRerun, recordResults } from './results/record.js'
import { pinBinary, type PinDeps } from './binaries/pin-binary.js'
import { createLatents } from './tasks/latents.js'
import { metrics } from './background/metrics.js'
import { ofType } from './operators/of-type.js'
import { precompile } from './tasks/precompile.js'
import { reject } from './results/reject.js'
import { result } from './results/result.js'
import { answerInterrupted } from './results/answer-interrupted.js'
import { shutdown } from './tasks/shutdown.js'
import { createSlots } from './operators/slots.js'
import { target } from './commands/target.js'
import { taskMetrics, type TaskMetricsDeps } from './background/task-metrics.js'
import { task, type TaskDeps } from './tasks/task.js'
import type { Unfinished, TaskJournal } from '../model/journal.js'

export type PipelineInputs = {
  readonly message$: Observable<InboundMessage>
  readonly connection$: Observable<Connection>
  /** Commands that come another way than over the broker, and are answered as if they had not. */
  readonly command$?: Observable<Command>
  /** Begins the shutdown. */
  readonly stop$: Observable<unknown>
}

export type PipelineSettings = {
  readonly propletId: string
  readonly namespace: string
  readonly metadata: object
  readonly heartbeatMetadata: boolean
  readonly heartbeatMs: number
  readonly metricsMs: number
  readonly resultHoldMs: number
  readonly shutdownMs: number
  readonly maxTasks: number
  readonly queueMax: number
  readonly maxDaemons: number
  readonly maxLatent: number
  readonly maxLatentBytes: number
  readonly fetch: FetchDeps['limits']
  readonly registry: AcquireDeps['registry']
  readonly download: DownloadDeps['limits']
}

export type PipelineDeps = {
  readonly settings: PipelineSettings
  readonly decoder: DecodeDeps['decoder']
  readonly inline: AcquireDeps['inline']
  readonly cache: FetchDeps['cache'] & PinDeps['cache']
  readonly openDownload: DownloadDeps['open']
  /** The same of encrypted images, which stay encrypted. */
  readonly openSealedDownload: DownloadDeps['open']
  readonly runtime: ExecuteDeps['runtime']
  readonly federated: Omit<FederateDeps, 'propletId' | 'slots' | 'clock'>
  /** Why a task can't be taken, whatever room there is. */
  readonly refuse: AdmitDeps['refuse']
  readonly sample: () => Observable<object>
  readonly taskSampler: TaskMetricsDeps['sampler']
  readonly streams: readonly Stream[]
  /** Undefined: what happens is lost with the process. */
  readonly journal: TaskJournal | undefined
  readonly onError: (error: unknown, stream: string) => void
  readonly clock: SchedulerLike
  /** Uniform in [0, 1). */
  readonly random: () => number
}

export type PipelineOutput =
  | { readonly type: 'publish'; readonly publication: Publication }
  | { readonly type: 'task'; readonly event: TaskEvent }

/**
 * Topics become observables that are decoded, deduplicated by task id, routed through fetch and execute with
 * cancellation, and merged back into what is published, beside heartbeats and metrics. Completes when, after `stop$`,
 * the last task has ended and its result is out.
 */
export const pipeline = (
  { message$, connection$: source$, command$ = EMPTY, stop$ }: PipelineInputs,
  deps: PipelineDeps,
): Observable<PipelineOutput> =>
  defer(() => {
    const { settings, journal, clock } = deps
    const connection$ = source$.pipe(share())
    const shutdown$ = shutdown(stop$, { graceMs: settings.shutdownMs, clock })
    const { admit, underWay$ } = createAdmission({
      maxTasks: settings.maxTasks + settings.queueMax,
      maxDaemons: settings.maxDaemons,
      maxLatent: settings.maxLatent,
      refuse: deps.refuse,
    })
    const drained$ = shutdown$.pipe(
      switchMap(() => underWay$),
      filter((underWay) => underWay === 0),
    )

    const left$ = new Subject<Unfinished>()
    const again$ = left$.pipe(
      ofType('again'),
      map(({ message }) => message),
    )
    const decoded$ = merge(
      merge(again$, message$).pipe(decode(deps), target(settings.propletId), record(journal)),
      command$.pipe(
        map((command): Received<Decoded> => ({ ...command, receivedAt: clock.now() })),
        target(settings.propletId),
      ),
    ).pipe(takeUntil(drained$), share())
    const { fetch, request$ } = createFetch({
      chunk$: decoded$.pipe(ofType('chunk')),
      cache: deps.cache,
      limits: settings.fetch,
      clock,
    })
    const slotted = { runtime: deps.runtime, slots: createSlots(settings.maxTasks) }
    const executed = execute(slotted)
    const precompiled = precompile(slotted)
    const pinned = pinBinary(deps)
    const federated = federate({
      ...deps.federated,
      propletId: settings.propletId,
      slots: createSlots(settings.maxTasks),
      clock,
    })
    const runIt: TaskDeps['execute'] = (command, binary, reason$) =>
      pinned(
        binary,
        federated(command, (start) => executed(start, binary, reason$), reason$),
      )
    const downloadsBy = (open: DownloadDeps['open']) =>
      createDownloads({ open, limits: settings.download, clock, random: deps.random })
    const acquireIt = acquire({
      inline: deps.inline,
      fetch,
      download: downloadsBy(deps.openDownload),
      downloadSealed: downloadsBy(deps.openSealedDownload),
      registry: settings.registry,
    })
    const run = task({ acquire: acquireIt, execute: runIt, shutdown$ })
    const latents = createLatents({ maxBytes: settings.maxLatentBytes, clock })
    const deploy = task({
      acquire: acquireIt,
      execute: (start, binary, reason$) => pinned(binary, precompiled(start, binary, reason$)),
      shutdown$,
    })
    const accepted$ = decoded$.pipe(
      ofType('start', 'stop'),
      dedupe({
        task: (start, stop$) =>
          admit(start, () =>
            start.latent ? latents.register(start, deploy(start, stop$)) : run(start, stop$),
          ),
        clock,
      }),
    )
    const invoked$ = decoded$.pipe(
      ofType('invoke', 'stop'),
      invoke({ find: latents.find, admit, execute: runIt, shutdown$, clock }),
    )
    const refused$ = decoded$.pipe(ofType('rejected'), reject)
    const interrupted$ = left$.pipe(ofType('interrupted'), answerInterrupted(clock))
    const task$ = merge(refused$, accepted$, invoked$, interrupted$).pipe(share())
    const result$ = merge(
      task$.pipe(
        omitRerun(journal),
        result(settings.propletId),
        recordResults(journal),
        hold(settings.resultHoldMs, clock),
      ),
      task$.pipe(
        invokeResult(settings.propletId),
        recordResults(journal),
        map(({ publication }) => publication),
      ),
      task$.pipe(updates(settings.propletId)),
      task$.pipe(closeCommands(journal)),
    ).pipe(share())
    // Once all of the above listens.
    const resume$ = defer(() => {
      for (const each of journal?.unfinished ?? []) left$.next(each)
      left$.complete()
      return EMPTY
    })

    const identity = { propletId: settings.propletId, namespace: settings.namespace, clock }
    const background$ = merge(
      // Listened to throughout, for tasks that come late to learn of it.
      shutdown$.pipe(ignoreElements()),
      connection$.pipe(discovery({ ...identity, metadata: settings.metadata })),
      connection$.pipe(
        heartbeat({
          ...identity,
          intervalMs: settings.heartbeatMs,
          metadata: settings.heartbeatMetadata ? settings.metadata : undefined,
        }),
      ),
      metrics({
        ...identity,
        intervalMs: settings.metricsMs,
        sample: deps.sample,
        onError: (error) => deps.onError(error, 'metrics'),
      }),
      task$.pipe(
        taskMetrics({
          propletId: settings.propletId,
          sampler: deps.taskSampler,
          onError: (error) => deps.onError(error, 'task metrics'),
          clock,
        }),
      ),
      request$,
      telemetry(
        deps.streams,
        {
          command$: decoded$.pipe(ofType('start', 'stop', 'invoke')),
          outcome$: task$.pipe(ofType('ended')),
          task$,
          connection$,
          clock,
        },
        deps.onError,
      ),
    ).pipe(takeUntil(result$.pipe(ignoreElements(), endWith(true))))

    return merge(
      merge(background$, result$).pipe(
        map((publication): PipelineOutput => ({ type: 'publish', publication })),
      ),
      task$.pipe(map((event): PipelineOutput => ({ type: 'task', event }))),
      resume$,
    )
  })
