import type { PipelineSettings } from '../streams/pipeline.js'
import type { Config } from '../io/config/config.js'

/**
 * How much earlier than the interval a heartbeat is sent: the Manager's window equals the default interval, and
 * timers are late but never early (spec/wire.md, trap 3).
 */
const EARLY = 0.05
const MOST_EARLY_MS = 500

/** Memory for binaries being assembled, in multiples of the largest allowed binary. */
export const FETCHES_IN_MEMORY = 2

/** Memory for binaries of latent tasks, in the same unit. */
const LATENT_BINARIES = 2

/** Derives the settings of the pipeline from the configuration. */
export const pipelineSettings = (config: Config, metadata: object): PipelineSettings => {
  const { intervals, limits, fetch } = config
  return {
    propletId: config.identity.clientId,
    namespace: config.metadata.namespace,
    metadata,
    heartbeatMetadata: config.metadata.heartbeatMetadata,
    heartbeatMs: intervals.livelinessMs - Math.min(intervals.livelinessMs * EARLY, MOST_EARLY_MS),
    metricsMs: config.monitoring ? intervals.metricsMs : 0,
    resultHoldMs: intervals.resultHoldMs,
    shutdownMs: intervals.shutdownMs,
    maxTasks: limits.maxTasks,
    queueMax: limits.queueMax,
    maxDaemons: limits.maxDaemons,
    maxLatent: limits.maxLatent,
    maxLatentBytes: fetch.maxBytes * LATENT_BINARIES,
    fetch: {
      ttlMs: fetch.ttlMs,
      stallMs: fetch.stallMs,
      retryMs: fetch.retryMs,
      timeoutMs: fetch.timeoutMs,
      maxBytes: fetch.maxBytes,
      maxTotalBytes: fetch.maxBytes * FETCHES_IN_MEMORY,
    },
    registry: config.registry.by,
    download: {
      stallMs: fetch.retryMs,
      ttlMs: fetch.ttlMs,
      timeoutMs: fetch.timeoutMs,
      concurrent: fetch.concurrent,
    },
  }
}
