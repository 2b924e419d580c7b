import type { Download } from '../../model/download.js'
import { createBudget } from '../cache/spool.js'
import { packageVersion } from '../../host/version.js'
import type { DownloadCache } from './transfer/context.js'
import { createHttp, type HttpOptions } from './http/http.js'
import { downloadGuard, type PrivateRule } from '../../net/private-rules.js'
import type { RegistryOptions } from './oci/image.js'
import { pullImage } from './oci/pull.js'
import { pullSealed } from './oci/pull-sealed.js'
import { downloadUrl } from './url.js'

export type DownloaderOptions = {
  readonly cache: DownloadCache
  /** Bytes of the largest binary. */
  readonly maxBytes: number
  /** Bytes that downloads may hold in memory together when they find no room on the disk. */
  readonly maxTotalBytes: number
  /** Private places that may be connected to. */
  readonly privateRules: readonly PrivateRule[]
  readonly tls: HttpOptions['tls']
  readonly registry: RegistryOptions
}

const contextOf = ({ cache, maxBytes, maxTotalBytes, privateRules, tls }: DownloaderOptions) => ({
  context: { cache, budget: createBudget(maxTotalBytes), maxBytes },
  openHttp: createHttp({
    guard: downloadGuard(privateRules),
    tls,
    userAgent: `proplet/${packageVersion().version}`,
  }),
})

/** Opens downloads of URLs, and of images out of their registries. What it returns throws for what is neither. */
export const createDownloader = (options: DownloaderOptions): ((reference: string) => Download) => {
  const { context, openHttp } = contextOf(options)
  return (reference) =>
    /^https?:\/\//i.test(reference)
      ? downloadUrl(reference, context, openHttp)
      : pullImage(reference, context, options.registry, openHttp)
}

/**
 * Opens downloads of encrypted images out of their registries; what comes is still encrypted, and so is what the cache
 * keeps. What it returns throws for what is not an image.
 */
export const createSealedDownloader = (options: DownloaderOptions): ((reference: string) => Download) => {
  const { context, openHttp } = contextOf(options)
  return (reference) => pullSealed(reference, context, options.registry, openHttp)
}
