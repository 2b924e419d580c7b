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
  /** Maximum size of a binary, in bytes. */
  readonly maxBytes: number
  /** Memory for all downloads that find no room on disk, in bytes. */
  readonly maxTotalBytes: number
  /** Private hosts that may be connected to. */
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

/**
 * Returns a function that opens downloads of URLs and registry images; it throws a `DownloadError` for anything else.
 */
export const createDownloader = (options: DownloaderOptions): ((reference: string) => Download) => {
  const { context, openHttp } = contextOf(options)
  return (reference) =>
    /^https?:\/\//i.test(reference)
      ? downloadUrl(reference, context, openHttp)
      : pullImage(reference, context, options.registry, openHttp)
}

/**
 * Returns a function that opens downloads of encrypted images. Their result and their cached data are encrypted. It
 * throws a `DownloadError` if the text is not an image.
 */
export const createSealedDownloader = (options: DownloaderOptions): ((reference: string) => Download) => {
  const { context, openHttp } = contextOf(options)
  return (reference) => pullSealed(reference, context, options.registry, openHttp)
}
