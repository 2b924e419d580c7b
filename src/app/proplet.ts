import {
  asyncScheduler,
  concat,
  connect,
  defer,
  endWith,
  filter,
  finalize,
  from,
  ignoreElements,
  map,
  merge,
  NEVER,
  share,
  Subject,
  switchMap,
  take,
  tap,
  timer,
  type Observable,
} from 'rxjs'
import { withEncrypted } from '../runtime/confidential/confidential-runtime.js'
import { openConfidential, type Confidential } from './confidential/confidential.js'
import { decodeInline } from './binary.js'
import { brokerLinkOptions, offline } from './broker-link.js'
import { openCache, type BinaryCache } from '../io/cache/cache.js'
import { createDecoder } from '../io/codecs/decoder.js'
import type { Config } from '../io/config/config.js'
import { createDownloader, createSealedDownloader } from '../io/download/open.js'
import { downloaderOptions } from './downloader-options.js'
import { embeddedOptions } from './embedded-options.js'
import { externalOptions } from './external-options.js'
import { createFederatedHttp } from '../io/federated/http.js'
import { readPrinted } from '../io/federated/read-printed.js'
import { hostMetadata } from './metadata.js'
import { createHostMetrics } from '../host/metrics.js'
import { createTaskSampler } from './task-sampler.js'
import { createLogger, type Logger } from '../io/log/log.js'
import type { Journal } from '../io/journal/index.js'
import { openMqtt, type MqttLink, type MqttOptions } from '../io/mqtt/index.js'
import { openState } from './open-state.js'
import { pipelineSettings } from './pipeline-settings.js'
import { publish } from './publish.js'
import { refuseTask } from './refuse.js'
import { createTaskLog } from '../io/log/task-log.js'
import { tlsTrust } from './tls-trust.js'
import { openWatch } from './watch.js'
import type { Command } from '../model/command.js'
import type { Publication } from '../model/publication.js'
import { createEmbeddedRuntime } from '../runtime/embedded/embedded.js'
import { createExternalRuntime } from '../runtime/external/external.js'
import type { Runtime } from '../model/runtime.js'
import type { Stream } from '../streams/background/telemetry.js'
import { ofType } from '../streams/operators/of-type.js'
import { phases } from '../streams/observe/phases.js'
import { pipeline, type PipelineDeps, type PipelineOutput } from '../streams/pipeline.js'
import { resultDelivery } from '../streams/observe/delivery.js'
import type { Delivery } from '../model/delivery.js'
import type { PropletEvents, Watch } from '../model/proplet-events.js'

/**
 * What `createProplet` needs; only the configuration is required.
 *
 * @example
 * ```ts
 * const options: PropletOptions = { config, stop$: stopSignal(process), streams: [] }
 * ```
 */
export type PropletOptions = {
  readonly config: Config
  /** Telemetry streams; what they emit is published along with the proplet's own messages. */
  readonly streams?: readonly Stream[]
  /** Begins a clean stop: running tasks may finish, results are delivered, and the proplet completes. */
  readonly stop$?: Observable<unknown>
  /** Defaults to JSON lines on standard output. */
  readonly log?: Logger
  /** Defaults to the external runtime if one is configured, otherwise to the embedded one. */
  readonly runtime?: Runtime
}

/** How long a stop waits for the broker to accept undelivered messages, in milliseconds. */
const FLUSH_MS = 10_000

/** The parts of a proplet, once they are ready. */
type Parts = {
  readonly config: Config
  readonly log: Logger
  readonly cache: BinaryCache
  readonly mqtt: MqttOptions
  readonly embedded: Awaited<ReturnType<typeof embeddedOptions>>
  readonly journal: Journal | undefined
  readonly watch: Watch
  readonly confidential: Confidential
}

const prepare = async ({ config, log: given }: PropletOptions): Promise<Parts> => {
  const log = given ?? (await createLogger({ level: config.logLevel })).log
  // First and alone: without the journal nothing else may start.
  const journal = await openState(config, log)
  const tls = await tlsTrust(config)
  const [cache, mqtt, watch, confidential] = await Promise.all([
    openCache({ dir: config.cache?.directory, maxBytes: config.cache?.maxBytes ?? 0, log }),
    brokerLinkOptions(config, log),
    openWatch(config, tls, log),
    openConfidential(config, log),
  ])
  const own = { cache, mqtt: { ...mqtt, journal }, journal, watch, confidential }
  return { config, log, embedded: await embeddedOptions(config, tls, confidential, log), ...own }
}

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

/** Guests are started when the proplet has announced itself: what the first of them takes is not taken from that. */
const warmUp = (runtime: Runtime, delivery$: Observable<Delivery>): Observable<never> =>
  merge(delivery$.pipe(filter(({ at }) => at === 'acknowledged')), timer(WARM_UP_MS)).pipe(
    take(1),
    tap(() => runtime.warmUp?.()),
    ignoreElements(),
  )

/** The events that observers get. */
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
const run = (
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
  const { messages$: message$, connection$ } = link
  return pipeline({ message$, connection$, command$: commands.asObservable(), stop$ }, deps).pipe(
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

const serve = (
  parts: Parts,
  given: Runtime,
  { streams = [], stop$ = NEVER }: PropletOptions,
): Observable<PipelineOutput> => {
  const { config, log, cache, mqtt, embedded, journal, confidential } = parts
  const runtime = withEncrypted(given, confidential.open)
  const downloads = downloaderOptions(config, embedded.network.tls)
  log.info(`MQTT client created (TLS: ${config.mqtt.tls !== undefined})`)
  log.info(`Using ${runtime.name} runtime`)
  log.info('Starting PropletService')
  const toDeps = (link: MqttLink, metadata: object): PipelineDeps => ({
    settings: pipelineSettings(config, metadata),
    decoder: createDecoder(),
    inline: (base64) => decodeInline(base64, cache),
    cache,
    openDownload: createDownloader({ cache, ...downloads }),
    openSealedDownload: createSealedDownloader({ cache: confidential.layers, ...downloads }),
    runtime,
    federated: {
      urls: config.federated.urls,
      deadlineMs: config.federated.timeoutMs,
      ...createFederatedHttp({ network: embedded.network, maxBytes: config.federated.maxBytes }),
      read: readPrinted,
      random: Math.random,
    },
    refuse: refuseTask(link.stats, journal, confidential),
    journal,
    sample: createHostMetrics().sample,
    taskSampler: config.monitoring ? createTaskSampler(runtime) : undefined,
    streams,
    onError: (error, stream) => log.error({ err: error, stream }, 'Telemetry stream failed'),
    clock: asyncScheduler,
    random: Math.random,
  })
  return from(hostMetadata(config, runtime.name, '/', confidential.attester.platform)).pipe(
    switchMap((metadata) =>
      openMqtt(mqtt).pipe(switchMap((link) => run(parts, runtime, link, toDeps(link, metadata), stop$))),
    ),
  )
}

const openRuntime = ({ config, log, embedded }: Parts) => {
  const external = externalOptions(config, log)
  return external === undefined ? createEmbeddedRuntime(embedded) : createExternalRuntime(external)
}

/**
 * A proplet as a cold observable: it runs while subscribed to, reports events, completes after a clean stop, and
 * errors only if it can't start (such as on an unreadable certificate). Unsubscribing ends it and its guests at once.
 */
export const createProplet = (options: PropletOptions): Observable<PipelineOutput> =>
  defer(() => prepare(options)).pipe(
    switchMap((parts) => {
      const served$ = defer(() => {
        if (options.runtime !== undefined) return serve(parts, options.runtime, options)
        const runtime = openRuntime(parts)
        return serve(parts, runtime, options).pipe(finalize(() => void runtime.close()))
      }).pipe(finalize(() => parts.confidential.close()))
      const { journal } = parts
      if (journal === undefined) return served$
      return concat(served$, defer(() => journal.end()).pipe(ignoreElements())).pipe(
        finalize(() => void journal.end()),
      )
    }),
  )
