import type { Observable } from 'rxjs'
import type { Binary } from './binary.js'
import type { TaskProgress } from './task-event.js'

/**
 * What happens while the proplet downloads a binary by itself; the last event is `fetched`. After `arrived`, the peer
 * has sent everything, and only local work remains.
 */
export type DownloadEvent =
  | Extract<TaskProgress, { readonly type: 'downloading' | 'warning' | 'fetched' }>
  | { readonly type: 'arrived' }

/** The download of one reference, which may take several attempts. */
export type Download = {
  /** The reference without credentials and query, safe to show. */
  readonly shown: string
  /** Whether the reference is immutable, such as one with a digest. */
  readonly pinned: boolean
  /** The copy that an earlier download left in the cache. */
  readonly kept: Observable<Binary | undefined>
  /** Each subscription is one attempt, which resumes where the last one broke off. Errors with a `DownloadError`. */
  readonly attempt: Observable<DownloadEvent>
  /** Discards what attempts have left behind. */
  readonly close: () => void
}

export type DownloadErrorOptions = {
  /** Whether the same attempt may succeed later. */
  readonly transient?: boolean
  /** The delay that the peer asked for, in milliseconds. */
  readonly retryAfterMs?: number | undefined
  readonly cause?: unknown
}

/** Why a binary could not be downloaded. The message is fit for the Manager: it holds no secret. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError'
  readonly code = 'download'
  readonly transient: boolean
  readonly retryAfterMs: number | undefined

  constructor(message: string, { transient = false, retryAfterMs, cause }: DownloadErrorOptions = {}) {
    super(message, { cause })
    this.transient = transient
    this.retryAfterMs = retryAfterMs
  }
}
