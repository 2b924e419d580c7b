/**
 * When a download gives up, and how many run at once.
 *
 * @example
 * ```ts
 * const limits: DownloadLimits = { stallMs: 10_000, ttlMs: 60_000, timeoutMs: 600_000, concurrent: 4 }
 * ```
 */
export type DownloadLimits = {
  /** An attempt that receives nothing for this long ends. All times are in milliseconds. */
  readonly stallMs: number
  /** The download fails after this long without progress, across attempts. */
  readonly ttlMs: number
  readonly timeoutMs: number
  /** Concurrent downloads; others wait. */
  readonly concurrent: number
}
