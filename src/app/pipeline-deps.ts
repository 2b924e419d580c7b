import { asyncScheduler } from 'rxjs'
import type { Decoder } from '../io/codecs/decoder.js'
import { createDownloader, createSealedDownloader } from '../io/download/open.js'
import { createFederatedHttp } from '../io/federated/http.js'
import { readPrinted } from '../io/federated/read-printed.js'
import { createHostMetrics } from '../host/metrics.js'
import type { MqttLink } from '../io/mqtt/index.js'
import type { Runtime } from '../model/runtime.js'
import type { Stream } from '../streams/background/telemetry.js'
import type { PipelineDeps } from '../streams/pipeline.js'
import { decodeInline } from './binary.js'
import { downloaderOptions } from './downloader-options.js'
import type { Parts } from './parts.js'
import { pipelineSettings } from './pipeline-settings.js'
import { refuseTask } from './refuse.js'
import { createTaskSampler } from './sampling/task-sampler.js'

/** Known once there is a link to the broker. */
type Linked = {
  readonly runtime: Runtime
  readonly link: MqttLink
  readonly decoder: Decoder
  /** Metadata of the host for discovery. */
  readonly metadata: object
  readonly streams: readonly Stream[]
}

/** The ports of the pipeline, and its settings. */
export const pipelineDeps = (
  { config, log, cache, embedded, journal, confidential }: Parts,
  { runtime, link, decoder, metadata, streams }: Linked,
): PipelineDeps => {
  const downloads = downloaderOptions(config, embedded.network.tls)
  return {
    settings: pipelineSettings(config, metadata),
    decoder: decoder.decode,
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
  }
}
