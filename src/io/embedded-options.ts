import type { EmbeddedOptions } from '../runtime/embedded/embedded.js'
import type { Config } from './config/config.js'
import type { Logger } from './log.js'

/** What the configuration means to the embedded runtime. */
export const embeddedOptions = ({ runtime, limits, http }: Config, log: Logger): EmbeddedOptions => ({
  isolation: runtime.isolation,
  warm: runtime.warm,
  maxIdle: Math.max(runtime.warm, limits.running),
  dirs: runtime.dirs.map((path) => ({ hostPath: path, guestPath: path, readonly: false })),
  timeoutMs: limits.taskMs,
  memoryMaxBytes: limits.taskMemoryBytes,
  outputMaxBytes: limits.taskOutputBytes,
  http,
  log,
})
