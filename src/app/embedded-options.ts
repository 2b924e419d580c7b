import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type { EmbeddedOptions } from '../runtime/embedded/embedded.js'
import type { Preopen } from '../model/preopen.js'
import type { Config } from '../io/config/config.js'
import type { TlsTrust } from '../net/tls.js'
import type { Logger } from '../io/log/log.js'

const preopens = (paths: readonly string[], readonly: boolean): readonly Preopen[] =>
  paths.map((path) => ({ hostPath: path, guestPath: path, readonly }))

/** Where the cache keeps them, under the path that it gives; undefined: it keeps none. */
const binariesDir = async (cache: Config['cache']): Promise<string | undefined> => {
  const root = cache && (await realpath(cache.directory).catch(() => undefined))
  return root && join(root, 'blobs')
}

/** What the configuration means to the embedded runtime, once the cache is open. */
export const embeddedOptions = async (
  { runtime, limits, http, network, hal, monitoring, cache }: Config,
  tls: TlsTrust,
  log: Logger,
): Promise<EmbeddedOptions & Required<Pick<EmbeddedOptions, 'network'>>> => ({
  isolation: runtime.isolation,
  componentEngine: runtime.componentEngine,
  warm: runtime.warm,
  // As many as can be at hand at once: those that all tasks end in, and those kept ready meanwhile.
  maxIdle: runtime.warm + limits.maxTasks,
  dirs: [...preopens(runtime.dirs, false), ...preopens(runtime.readonlyDirs, true)],
  binariesDir: await binariesDir(cache),
  timeoutMs: limits.taskMs,
  memoryMaxBytes: limits.taskMemoryBytes,
  outputMaxBytes: limits.taskOutputBytes,
  http,
  network: {
    rules: network.rules,
    tls,
  },
  hal: hal && {
    storage:
      hal.storageDirectory === undefined
        ? undefined
        : { directory: hal.storageDirectory, maxBytes: hal.storageMaxBytes, secret: hal.storageKey },
    opensLegacy: hal.opensLegacy,
  },
  metered: monitoring,
  log,
})
