/**
 * When a download gives up, and how many run at once.
 *
 * @example
 * ```ts
 * const limits: DownloadLimits = { stallMs: 10_000, ttlMs: 60_000, timeoutMs: 600_000, concurrent: 4 }
 * ```
 */
export type DownloadLimits = {
  /** An attempt that gets nothing for this long ends; milliseconds, as are all times here. */
  readonly stallMs: number
  /** Without anything new for this long, over all attempts, the download fails. */
  readonly ttlMs: number
  readonly timeoutMs: number
  /** Downloads at the same time; others wait for their turn. */
  readonly concurrent: number
}
