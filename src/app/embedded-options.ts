import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type { EmbeddedOptions } from '../runtime/embedded/embedded.js'
import type { HalOptions } from '../runtime/hal/daemon/options.js'
import type { StorageOptions } from '../runtime/hal/storage/task-storage.js'
import type { Confidential } from './confidential/confidential.js'
import { halAttestation } from './confidential/hal-attestation.js'
import type { SecretKey } from '../io/config/settings/readers.js'
import type { Preopen } from '../model/preopen.js'
import type { Config } from '../io/config/config.js'
import type { TlsTrust } from '../net/tls.js'
import type { Logger } from '../io/log/log.js'

const preopens = (paths: readonly string[], readonly: boolean): readonly Preopen[] =>
  paths.map((path) => ({ hostPath: path, guestPath: path, readonly }))

/** The cache's directory of binaries by its real path; undefined without a cache. */
const binariesDir = async (cache: Config['cache']): Promise<string | undefined> => {
  const root = cache && (await realpath(cache.directory).catch(() => undefined))
  return root && join(root, 'blobs')
}

const secretOf = (key: SecretKey | undefined, keyOf: Confidential['keyOf']): StorageOptions['secret'] => {
  if (key?.type !== 'kbs') return key?.bytes
  return () =>
    keyOf === undefined ? Promise.reject(new Error('no Key Broker Service is configured')) : keyOf(key.key)
}

const halOptions = (
  { storageDirectory, storageMaxBytes, storageKey, legacyDecrypt }: NonNullable<Config['hal']>,
  { attester, keyOf }: Pick<Confidential, 'attester' | 'keyOf'>,
): HalOptions => ({
  storage:
    storageDirectory === undefined
      ? undefined
      : {
          directory: storageDirectory,
          maxBytes: storageMaxBytes,
          secret: secretOf(storageKey, keyOf),
        },
  attestation: halAttestation(attester),
  securesStorage:
    attester.platform !== undefined && attester.platform.kind !== 'sample' && storageKey?.type === 'kbs',
  legacyDecrypt,
})

/** Derives the options of the embedded runtime from the configuration, once the cache is open. */
export const embeddedOptions = async (
  { runtime, limits, http, network, hal, monitoring, cache }: Config,
  tls: TlsTrust,
  confidential: Pick<Confidential, 'attester' | 'keyOf'>,
  log: Logger,
): Promise<EmbeddedOptions & Required<Pick<EmbeddedOptions, 'network'>>> => ({
  isolation: runtime.isolation,
  componentEngine: runtime.componentEngine,
  warm: runtime.warm,
  isLazy: true,
  // At most this many can be idle at once: those whose tasks have just ended, plus those kept warm.
  maxIdle: runtime.warm + limits.maxTasks,
  dirs: [...preopens(runtime.dirs, false), ...preopens(runtime.dirsReadonly, true)],
  binariesDir: await binariesDir(cache),
  timeoutMs: limits.taskMs,
  memoryMaxBytes: limits.taskMemoryBytes,
  outputMaxBytes: limits.taskOutputBytes,
  http,
  network: {
    rules: network.rules,
    tls,
  },
  hal: hal && halOptions(hal, confidential),
  metered: monitoring,
  log,
})
