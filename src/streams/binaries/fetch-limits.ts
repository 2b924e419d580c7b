/**
 * When a fetch through the Proxy gives up, and how much may be assembled.
 *
 * @example
 * ```ts
 * const fetchLimits: FetchLimits = {
 *   ttlMs: 300_000,
 *   stallMs: 60_000,
 *   retryMs: 10_000,
 *   timeoutMs: 600_000,
 *   maxBytes: 64 * 2 ** 20,
 *   maxTotalBytes: 128 * 2 ** 20,
 * }
 * ```
 */
export type FetchLimits = {
  /**
   * An incomplete assembly expires after this long without progress. All times are in milliseconds; this one and the next two
   * do not pass while a large message is being received.
   */
  readonly ttlMs: number
  /** A fetch without any chunk for this long fails: nobody has the image, or nobody listens. */
  readonly stallMs: number
  /** The request is repeated after this long without progress, or four times as long if messages come; doubled each time. */
  readonly retryMs: number
  readonly timeoutMs: number
  readonly maxBytes: number
  /** For all assemblies together, including overhead. */
  readonly maxTotalBytes: number
}

/**
 * A fetch that gave up; the message is fit for the Manager.
 *
 * @example
 * ```ts
 * const message$ = fetched$.pipe(
 *   catchError((error: unknown) => of(error instanceof FetchError ? error.message : 'unexpected')),
 * )
 * ```
 */
export class FetchError extends Error {
  override readonly name = 'FetchError'
}
