import { concat, defer, EMPTY, finalize, share, takeWhile, type Observable, type SchedulerLike } from 'rxjs'
import type { Download } from '../../model/download.js'
import type { TaskProgress } from '../../model/task-event.js'
import { createSlots } from '../operators/slots.js'
import type { DownloadLimits } from './download-limits.js'
import { fromCache } from './from-cache.js'
import { patientDownload } from './patient-download.js'

export type { DownloadLimits } from './download-limits.js'

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
export const createDownloads = (deps: DownloadDeps): Downloads => {
  const { open, limits } = deps
  const slots = createSlots(limits.concurrent)
  const underWay = new Map<string, Observable<TaskProgress>>()

  const start = (reference: string): Observable<TaskProgress> =>
    defer(() => {
      const download = open(reference)
      return concat(
        download.pinned ? fromCache(() => download.kept) : EMPTY,
        slots.use(() => patientDownload(download, deps)),
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
