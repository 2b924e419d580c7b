import type { Download } from '../../model/download.js'
import { createBudget } from '../cache/spool.js'
import { packageVersion } from '../../host/version.js'
import type { DownloadCache } from './context.js'
import { createHttp, type HttpOptions } from './http/http.js'
import { downloadGuard, type PrivateRule } from '../../net/private-rules.js'
import { pullImage, type RegistryOptions } from './oci/pull.js'
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

/** Opens downloads of URLs, and of images out of their registries. What it returns throws for what is neither. */
export const createDownloader = (options: DownloaderOptions): ((reference: string) => Download) => {
  const { cache, maxBytes, maxTotalBytes, privateRules, tls, registry } = options
  const context = { cache, budget: createBudget(maxTotalBytes), maxBytes }
  const openHttp = createHttp({
    guard: downloadGuard(privateRules),
    tls,
    userAgent: `proplet/${packageVersion().version}`,
  })
  return (reference) =>
    /^https?:\/\//i.test(reference)
      ? downloadUrl(reference, context, openHttp)
      : pullImage(reference, context, registry, openHttp)
}
