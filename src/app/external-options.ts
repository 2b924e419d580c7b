import type { ExternalOptions } from '../runtime/external/options.js'
import type { Config } from '../io/config/config.js'
import type { Logger } from '../io/log/log.js'

/** Derives the options of the external runtime from the configuration, if it names one. */
export const externalOptions = (
  { runtime, limits, http }: Config,
  log: Logger,
): ExternalOptions | undefined =>
  runtime.external && {
    ...runtime.external,
    dirs: runtime.dirs,
    http,
    timeoutMs: limits.taskMs,
    memoryMaxBytes: limits.taskMemoryBytes,
    outputMaxBytes: limits.taskOutputBytes,
    log,
  }
