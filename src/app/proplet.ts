import { concat, defer, finalize, from, ignoreElements, NEVER, switchMap, type Observable } from 'rxjs'
import { withEncrypted } from '../runtime/confidential/confidential-runtime.js'
import { createDecoder } from '../io/codecs/decoder.js'
import type { Config } from '../io/config/config.js'
import { externalOptions } from './external-options.js'
import { hostMetadata } from './metadata.js'
import type { Logger } from '../io/log/log.js'
import { openMqtt } from '../io/mqtt/index.js'
import { prepare, type Parts } from './parts.js'
import { pipelineDeps } from './pipeline-deps.js'
import { run } from './run.js'
import { createEmbeddedRuntime } from '../runtime/embedded/embedded.js'
import { createExternalRuntime } from '../runtime/external/external.js'
import type { Runtime } from '../model/runtime.js'
import type { Stream } from '../streams/background/telemetry.js'
import type { PipelineOutput } from '../streams/pipeline.js'

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

const serve = (
  parts: Parts,
  given: Runtime,
  { streams = [], stop$ = NEVER }: PropletOptions,
): Observable<PipelineOutput> => {
  const { config, log, mqtt, confidential } = parts
  const runtime = withEncrypted(given, confidential.open)
  const decoder = createDecoder()
  log.info(`MQTT client created (TLS: ${config.mqtt.tls !== undefined})`)
  log.info(`Using ${runtime.name} runtime`)
  log.info('Starting PropletService')
  return from(hostMetadata(config, runtime.name, '/', confidential.attester.platform)).pipe(
    switchMap((metadata) =>
      openMqtt({ ...mqtt, ahead: decoder.decodeAhead }).pipe(
        switchMap((link) =>
          run(
            parts,
            runtime,
            link,
            pipelineDeps(parts, { runtime, link, decoder, metadata, streams }),
            stop$,
          ),
        ),
      ),
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
  defer(() => prepare(options.config, options.log)).pipe(
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
