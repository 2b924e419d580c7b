import {
  catchError,
  concat,
  connect,
  defer,
  EMPTY,
  endWith,
  filter,
  finalize,
  ignoreElements,
  merge,
  mergeMap,
  NEVER,
  of,
  share,
  startWith,
  switchMap,
  takeUntil,
  takeWhile,
  tap,
  throwError,
  timer,
  type Observable,
  type SchedulerLike,
} from 'rxjs'
import { DownloadError, type Download, type DownloadEvent } from '../../model/download.js'
import type { TaskProgress } from '../../model/task-event.js'
import { createSlots } from '../operators/slots.js'
import { messageOf } from '../../model/message-of.js'

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

/**
 * How to open one download, its limits, and the sources of time and randomness.
 *
 * @example
 * ```ts
 * const downloadDeps: DownloadDeps = { open, limits, clock: asyncScheduler, random: Math.random }
 * ```
 */
export type DownloadDeps = {
  /** Throws a `DownloadError` for an invalid reference. */
  readonly open: (reference: string) => Download
  readonly limits: DownloadLimits
  readonly clock: SchedulerLike
  /** Uniform in [0, 1). */
  readonly random: () => number
}

/**
 * Downloads the binary of a URL or an image; the last event is `fetched`. Subscribers of one reference share one download.
 *
 * @example
 * ```ts
 * const both$ = (download: Downloads) =>
 *   merge(download('https://example.com/a.wasm'), download('https://example.com/a.wasm'))
 * ```
 */
export type Downloads = (reference: string) => Observable<TaskProgress>

/** Consecutive attempts without progress, after the first. */
const MAX_FRUITLESS = 4
/** Bounds attempts to a peer that makes a little progress each time. */
const MAX_ATTEMPTS = 20
const BACKOFF_MS = 1000
const MAX_BACKOFF_MS = 30_000
/** Upper bound for a delay that the peer asks for. */
const MAX_RETRY_AFTER_MS = 60_000

const seconds = (ms: number): string => `${ms / 1000} s`

const isTransient = (error: unknown): boolean => error instanceof DownloadError && error.transient

const isShown = (event: DownloadEvent): event is Exclude<DownloadEvent, { readonly type: 'arrived' }> =>
  event.type !== 'arrived'

/**
 * Downloads with retries: an attempt that fails for a transient reason is repeated with growing, jittered delays, as long as
 * the limits allow. If the peer is unreachable, a cached copy is used, with a warning.
 *
 * @example
 * ```ts
 * const download = createDownloads({ open, limits, clock: asyncScheduler, random: Math.random })
 * const progress$ = download('https://example.com/sum.wasm')
 * ```
 */
export const createDownloads = ({ open, limits, clock, random }: DownloadDeps): Downloads => {
  const slots = createSlots(limits.concurrent)
  const underWay = new Map<string, Observable<TaskProgress>>()

  // A failing cache counts as empty.
  const fromCache = ({ kept }: Download, why?: string): Observable<TaskProgress> =>
    defer(() => kept).pipe(
      filter((binary) => binary !== undefined),
      mergeMap((binary) =>
        of<TaskProgress[]>(
          ...(why === undefined
            ? []
            : [{ type: 'warning', message: `${why}; using the cached copy` } as const]),
          { type: 'fetched', binary, from: 'cache' },
        ),
      ),
      catchError((error: unknown) =>
        of<TaskProgress>({ type: 'warning', message: `cache: ${messageOf(error)}` }),
      ),
    )

  const failsAfter = (ms: number, message: string): Observable<never> =>
    timer(ms, clock).pipe(mergeMap(() => throwError(() => new DownloadError(message, { transient: true }))))

  const unlessStalled = ({ attempt, shown }: Download): Observable<DownloadEvent> =>
    defer(() => attempt).pipe(
      connect((event$) =>
        merge(
          event$,
          event$.pipe(
            startWith(undefined),
            switchMap((event) =>
              event?.type === 'arrived'
                ? NEVER
                : failsAfter(limits.stallMs, `${shown}: no data for ${seconds(limits.stallMs)}`),
            ),
            takeUntil(event$.pipe(ignoreElements(), endWith(true))),
          ),
        ),
      ),
    )

  const delayOf = (error: unknown, failures: number): number => {
    const ceiling = Math.min(MAX_BACKOFF_MS, BACKOFF_MS * 2 ** (failures - 1))
    const asked = error instanceof DownloadError ? (error.retryAfterMs ?? 0) : 0
    return Math.max(ceiling / 2 + (random() * ceiling) / 2, Math.min(asked, MAX_RETRY_AFTER_MS))
  }

  const patiently = (download: Download): Observable<TaskProgress> =>
    defer(() => {
      const { shown } = download
      let most = 0
      let hasAnswered = false

      const attempts = (attempt: number, failuresBefore: number): Observable<TaskProgress> => {
        const mostBefore = most
        const attempted$ = unlessStalled(download).pipe(
          tap((event) => {
            hasAnswered = true
            if (event.type === 'downloading') most = Math.max(most, event.received)
          }),
          filter(isShown),
        )
        return concat(of<TaskProgress>({ type: 'fetching', image: shown, attempt }), attempted$).pipe(
          catchError((error: unknown) => {
            const failures = most > mostBefore ? 1 : failuresBefore + 1
            if (!isTransient(error) || failures > MAX_FRUITLESS || attempt >= MAX_ATTEMPTS)
              return throwError(() => error)
            return concat(
              of<TaskProgress>({ type: 'warning', message: `${messageOf(error)}; retrying` }),
              timer(delayOf(error, failures), clock).pipe(mergeMap(() => attempts(attempt + 1, failures))),
            )
          }),
        )
      }

      const silent$ = timer(limits.stallMs, clock).pipe(
        mergeMap(() =>
          hasAnswered ? EMPTY : fromCache(download, `${shown}: no answer for ${seconds(limits.stallMs)}`),
        ),
      )
      let seen = 0
      const expired = (event$: Observable<TaskProgress>): Observable<never> =>
        event$.pipe(
          filter(() => most > seen),
          tap(() => (seen = most)),
          startWith(undefined),
          switchMap(() => failsAfter(limits.ttlMs, `${shown}: nothing new for ${seconds(limits.ttlMs)}`)),
        )
      const overall$ = failsAfter(
        limits.timeoutMs,
        `${shown}: not complete after ${seconds(limits.timeoutMs)}`,
      )
      return attempts(1, 0).pipe(
        connect((event$) => merge(event$, expired(event$), silent$, overall$)),
        catchError((error: unknown) =>
          concat(
            isTransient(error) ? fromCache(download, messageOf(error)) : EMPTY,
            throwError(() => error),
          ),
        ),
      )
    })

  const start = (reference: string): Observable<TaskProgress> =>
    defer(() => {
      const download = open(reference)
      return concat(
        download.pinned ? fromCache(download) : EMPTY,
        slots.use(() => patiently(download)),
      ).pipe(
        takeWhile(({ type }) => type !== 'fetched', true),
        finalize(() => download.close()),
      )
    }).pipe(
      finalize(() => underWay.delete(reference)),
      share(),
    )

  return (reference) =>
    defer(() => {
      const shared = underWay.get(reference) ?? start(reference)
      underWay.set(reference, shared)
      return shared
    })
}
