/**
 * When a fetch through the Proxy gives up, and how much may be assembled.
 *
 * @example
 * ```ts
 * const fetchLimits: FetchLimits = {
 *   ttlMs: 300_000,
 *   stallMs: 10_000,
 *   timeoutMs: 600_000,
 *   maxBytes: 64 * 2 ** 20,
 *   maxTotalBytes: 128 * 2 ** 20,
 * }
 * ```
 */
export type FetchLimits = {
  /** An incomplete assembly without progress expires after this; milliseconds, as are all times here. */
  readonly ttlMs: number
  /** Without progress for this long, the registry is asked again; doubled each time. */
  readonly stallMs: number
  readonly timeoutMs: number
  readonly maxBytes: number
  /** Of all assemblies together, with what it takes to keep them. */
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
