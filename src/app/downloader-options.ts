import type { Config } from '../io/config/config.js'
import type { DownloaderOptions } from '../io/download/open.js'
import { FETCHES_IN_MEMORY } from './pipeline-settings.js'

/** Derives the options of downloads from the configuration. */
export const downloaderOptions = (
  { fetch, registry }: Config,
  tls: DownloaderOptions['tls'],
): Omit<DownloaderOptions, 'cache'> => ({
  maxBytes: fetch.maxBytes,
  maxTotalBytes: fetch.maxBytes * FETCHES_IN_MEMORY,
  privateRules: fetch.privateRules,
  tls,
  registry: { insecure: registry.insecure, authFile: registry.authFile, env: registry.helperEnv },
})
