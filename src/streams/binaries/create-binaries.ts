import type { Observable, SchedulerLike } from 'rxjs'
import type { StartCommand } from '../../model/command.js'
import type { Publication } from '../../model/publication.js'
import type { TaskProgress } from '../../model/task-event.js'
import { acquire, type AcquireDeps } from './acquire.js'
import { createDownloads, type DownloadDeps } from './download.js'
import { createFetch, type FetchDeps } from './fetch.js'

/**
 * The ports and limits of every way to acquire a binary.
 *
 * @example
 * ```ts
 * const direct = (deps: BinariesDeps): BinariesDeps => ({ ...deps, settings: { ...deps.settings, registry: 'direct' } })
 * ```
 */
export type BinariesDeps = {
  readonly settings: {
    readonly fetch: FetchDeps['limits']
    readonly registry: AcquireDeps['registry']
    readonly download: DownloadDeps['limits']
  }
  readonly inline: AcquireDeps['inline']
  readonly cache: FetchDeps['cache']
  readonly openDownload: DownloadDeps['open']
  /** The same for encrypted images, which stay encrypted. */
  readonly openSealedDownload: DownloadDeps['open']
  readonly clock: SchedulerLike
  /** Uniform in [0, 1). */
  readonly random: () => number
}

/**
 * Acquires binaries, and emits the requests to the Proxy.
 *
 * @example
 * ```ts
 * const binaryOf = ({ acquire }: Binaries) => acquire(start).pipe(ofType('fetched'))
 * ```
 */
export type Binaries = {
  /** Acquires the binary of a task from the source that its command names; the last event is `fetched`. */
  readonly acquire: (start: StartCommand) => Observable<TaskProgress>
  /** Requests to the Proxy. */
  readonly request$: Observable<Publication>
}

/**
 * Chunks from the Proxy, and what the broker is sending.
 *
 * @example
 * ```ts
 * const binariesInputs: BinariesInputs = { chunk$, inflow$: of('none') }
 * ```
 */
export type BinariesInputs = Pick<FetchDeps, 'chunk$' | 'inflow$'>

/**
 * Acquires binaries: from commands, in chunks through the Proxy, or by downloading.
 *
 * @example
 * ```ts
 * const { acquire, request$ } = createBinaries({ chunk$ }, deps)
 * ```
 */
export const createBinaries = (inputs: BinariesInputs, deps: BinariesDeps): Binaries => {
  const { settings, inline, cache, clock, random } = deps
  const { fetch, request$ } = createFetch({ ...inputs, cache, limits: settings.fetch, clock })
  const downloadsBy = (open: DownloadDeps['open']) =>
    createDownloads({ open, limits: settings.download, clock, random })
  return {
    acquire: acquire({
      inline,
      fetch,
      download: downloadsBy(deps.openDownload),
      downloadSealed: downloadsBy(deps.openSealedDownload),
      registry: settings.registry,
    }),
    request$,
  }
}
