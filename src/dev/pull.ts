import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { asyncScheduler, filter, firstValueFrom, fromEvent, map, takeUntil } from 'rxjs'
import { openCache } from '../io/cache/cache.js'
import type { CacheLog } from '../io/cache/cache.js'
import { createDownloader, type DownloaderOptions } from '../io/download/open.js'
import { createDownloads, type DownloadLimits } from '../streams/binaries/download.js'
import type { ImageSource } from './registry.js'

export type PullOptions = {
  /** For credential helpers, and to find Docker's credentials file. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Directory of the cache; by default none. */
  readonly cacheDir?: string | undefined
  readonly log?: CacheLog
  /** By default Docker's own, `DOCKER_CONFIG/config.json`. */
  readonly authFile?: string
  /** Registries to contact without TLS, in addition to local ones. */
  readonly insecure?: readonly string[]
  readonly tls?: DownloaderOptions['tls']
  readonly limits?: Partial<DownloadLimits & { readonly maxBytes: number }>
}

const MAX_BYTES = 100 * 1024 * 1024
const CACHE_BYTES = 512 * 1024 * 1024
const LIMITS: DownloadLimits = { stallMs: 10_000, ttlMs: 300_000, timeoutMs: 1_800_000, concurrent: 4 }

const SILENT: CacheLog = { warn: () => undefined, debug: () => undefined }

const dockerConfig = (env: PullOptions['env']): string =>
  join(env['DOCKER_CONFIG'] ?? join(homedir(), '.docker'), 'config.json')

/**
 * Images of registries and binaries of URLs, as a source for `startRegistry`. Pulls like the proplet with
 * `PROPLET_REGISTRY=direct`, but also from this machine and its networks, because the user requests it. Rejects with a
 * `DownloadError` if an image is not available.
 */
export const pullImages = async (options: PullOptions): Promise<ImageSource> => {
  const { env, cacheDir, log = SILENT, authFile = dockerConfig(env), insecure = [], limits = {} } = options
  const maxBytes = limits.maxBytes ?? MAX_BYTES
  const cache = await openCache({ dir: cacheDir, maxBytes: CACHE_BYTES, log })
  const downloads = createDownloads({
    open: createDownloader({
      cache,
      maxBytes,
      maxTotalBytes: maxBytes * 2,
      privateRules: [{ type: 'all' }],
      tls: options.tls ?? { ca: undefined, verify: true },
      registry: { insecure, authFile, env },
    }),
    limits: { ...LIMITS, ...limits },
    clock: asyncScheduler,
    random: Math.random,
  })
  return async (image, signal) => {
    const binary = await firstValueFrom(
      downloads(image).pipe(
        filter((event) => event.type === 'fetched'),
        map((event) => event.binary),
        takeUntil(fromEvent(signal, 'abort')),
      ),
      { defaultValue: undefined },
    )
    if (binary === undefined) return undefined
    return 'path' in binary.content ? readFile(binary.content.path) : binary.content.bytes
  }
}
