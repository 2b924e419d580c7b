import { readFile } from 'node:fs/promises'
import type { EmbeddedOptions } from '../runtime/embedded/embedded.js'
import type { Config } from './config/config.js'
import type { Logger } from './log.js'

/** What the configuration means to the embedded runtime. Rejects when a file of authorities can't be read. */
export const embeddedOptions = async (
  { runtime, limits, http, network, monitoring }: Config,
  log: Logger,
): Promise<EmbeddedOptions & Required<Pick<EmbeddedOptions, 'network'>>> => ({
  isolation: runtime.isolation,
  warm: runtime.warm,
  maxIdle: Math.max(runtime.warm, limits.running),
  dirs: runtime.dirs.map((path) => ({ hostPath: path, guestPath: path, readonly: false })),
  timeoutMs: limits.taskMs,
  memoryMaxBytes: limits.taskMemoryBytes,
  outputMaxBytes: limits.taskOutputBytes,
  http,
  network: {
    rules: network.rules,
    tls: {
      ca: network.caFile === undefined ? undefined : await readFile(network.caFile, 'utf8'),
      verify: network.verify,
    },
  },
  metered: monitoring,
  log,
})
