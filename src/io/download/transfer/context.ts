import type { DownloadEvent } from '../../../model/download.js'
import type { BinaryCache } from '../../cache/cache.js'
import type { Budget } from '../../cache/spool.js'
import type { Http } from '../http/http.js'

/** The part of the cache that downloads use. */
export type DownloadCache = Pick<BinaryCache, 'byDigest' | 'byImage' | 'known' | 'note' | 'spool' | 'adopt'>

/** Shared by all downloads. */
export type DownloadContext = {
  readonly cache: DownloadCache
  readonly budget: Budget
  /** Maximum size of a binary, in bytes. */
  readonly maxBytes: number
}

export type Emit = (event: DownloadEvent) => void

/** One attempt of a download. */
export type Attempt = { readonly http: Http; readonly emit: Emit; readonly signal: AbortSignal }
