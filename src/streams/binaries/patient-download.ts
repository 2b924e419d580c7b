import {
  catchError,
  concat,
  connect,
  defer,
  EMPTY,
  endWith,
  filter,
  ignoreElements,
  merge,
  mergeMap,
  NEVER,
  of,
  startWith,
  switchMap,
  takeUntil,
  tap,
  throwError,
  timer,
  type Observable,
  type SchedulerLike,
} from 'rxjs'
import { DownloadError, type Download, type DownloadEvent } from '../../model/download.js'
import { messageOf } from '../../model/message-of.js'
import type { TaskProgress } from '../../model/task-event.js'
import { attemptDelay } from './attempt-delay.js'
import type { DownloadLimits } from './download-limits.js'
import { fromCache } from './from-cache.js'
import { seconds } from './seconds.js'

export type PatientDownloadDeps = {
  readonly limits: DownloadLimits
  readonly clock: SchedulerLike
  /** Uniform in [0, 1). */
  readonly random: () => number
}

/** Consecutive attempts without progress, after the first. */
const MAX_FRUITLESS = 4
/** Bounds attempts to a peer that makes a little progress each time. */
const MAX_ATTEMPTS = 20

const isTransient = (error: unknown): boolean => error instanceof DownloadError && error.transient

const isShown = (event: DownloadEvent): event is Exclude<DownloadEvent, { readonly type: 'arrived' }> =>
  event.type !== 'arrived'

/** One download, over all its attempts. */
class PatientDownload {
  readonly #download: Download
  readonly #deps: PatientDownloadDeps
  /** The maximum of bytes received so far. */
  #most = 0
  #hasAnswered = false

  constructor(download: Download, deps: PatientDownloadDeps) {
    this.#download = download
    this.#deps = deps
  }

  progress(): Observable<TaskProgress> {
    const { limits } = this.#deps
    const overall$ = this.#failsAfter(limits.timeoutMs, 'not complete after')
    return this.#attempts(1, 0).pipe(
      connect((event$) => merge(event$, this.#expiry(event$), this.#silence(), overall$)),
      catchError((error: unknown) =>
        concat(
          isTransient(error) ? fromCache(() => this.#download.kept, messageOf(error)) : EMPTY,
          throwError(() => error),
        ),
      ),
    )
  }

  #attempts(attempt: number, failuresBefore: number): Observable<TaskProgress> {
    const { clock, random } = this.#deps
    const mostBefore = this.#most
    const attempted$ = this.#unlessStalled().pipe(
      tap((event) => {
        this.#hasAnswered = true
        if (event.type === 'downloading') this.#most = Math.max(this.#most, event.received)
      }),
      filter(isShown),
    )
    return concat(
      of<TaskProgress>({ type: 'fetching', image: this.#download.shown, attempt }),
      attempted$,
    ).pipe(
      catchError((error: unknown) => {
        const failures = this.#most > mostBefore ? 1 : failuresBefore + 1
        if (!isTransient(error) || failures > MAX_FRUITLESS || attempt >= MAX_ATTEMPTS)
          return throwError(() => error)
        return concat(
          of<TaskProgress>({ type: 'warning', message: `${messageOf(error)}; retrying` }),
          timer(attemptDelay(error, failures, random), clock).pipe(
            mergeMap(() => this.#attempts(attempt + 1, failures)),
          ),
        )
      }),
    )
  }

  #unlessStalled(): Observable<DownloadEvent> {
    const { stallMs } = this.#deps.limits
    return defer(() => this.#download.attempt).pipe(
      connect((event$) =>
        merge(
          event$,
          event$.pipe(
            startWith(undefined),
            switchMap((event) =>
              event?.type === 'arrived' ? NEVER : this.#failsAfter(stallMs, 'no data for'),
            ),
            takeUntil(event$.pipe(ignoreElements(), endWith(true))),
          ),
        ),
      ),
    )
  }

  /** Fails after `ttlMs` in which no attempt has received anything new. */
  #expiry(event$: Observable<TaskProgress>): Observable<never> {
    let seen = 0
    return event$.pipe(
      filter(() => this.#most > seen),
      tap(() => (seen = this.#most)),
      startWith(undefined),
      switchMap(() => this.#failsAfter(this.#deps.limits.ttlMs, 'nothing new for')),
    )
  }

  /** Uses the cached copy if the peer does not answer in time. */
  #silence(): Observable<TaskProgress> {
    const { limits, clock } = this.#deps
    const why = `${this.#download.shown}: no answer for ${seconds(limits.stallMs)}`
    return timer(limits.stallMs, clock).pipe(
      mergeMap(() => (this.#hasAnswered ? EMPTY : fromCache(() => this.#download.kept, why))),
    )
  }

  #failsAfter(ms: number, what: string): Observable<never> {
    const message = `${this.#download.shown}: ${what} ${seconds(ms)}`
    return timer(ms, this.#deps.clock).pipe(
      mergeMap(() => throwError(() => new DownloadError(message, { transient: true }))),
    )
  }
}

/**
 * Repeats a download after transient failures, within the limits. If the peer is away, it falls back on the cache, and
 * errors with a `DownloadError` if nothing is cached.
 */
export const patientDownload = (download: Download, deps: PatientDownloadDeps): Observable<TaskProgress> =>
  defer(() => new PatientDownload(download, deps).progress())
