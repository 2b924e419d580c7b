import {
  catchError,
  concat,
  defer,
  EMPTY,
  finalize,
  of,
  share,
  Subject,
  takeWhile,
  tap,
  throwError,
  type Observable,
  type SchedulerLike,
} from 'rxjs'
import type { Binary } from '../../model/binary.js'
import type { Chunk } from '../../model/command.js'
import type { Inflow } from '../../model/connection.js'
import type { Publication } from '../../model/publication.js'
import type { TaskProgress } from '../../model/task-event.js'
import { routeByKey } from '../operators/route-by-key.js'
import type { FetchLimits } from './fetch-limits.js'
import { fromCache } from './from-cache.js'
import { fromRegistry } from './from-registry.js'
import { HeldBytes } from './held-bytes.js'

export { FetchError, type FetchLimits } from './fetch-limits.js'

/**
 * Chunks from the Proxy, the cache, and the limits.
 *
 * @example
 * ```ts
 * const fetchDeps = (limits: FetchLimits): FetchDeps => ({ chunk$, cache, limits, clock: asyncScheduler })
 * ```
 */
export type FetchDeps = {
  readonly chunk$: Observable<Chunk>
  readonly cache: {
    readonly byImage: (image: string) => Observable<Binary | undefined>
    readonly put: (pieces: readonly Uint8Array[], image: string) => Observable<Binary>
  }
  readonly limits: FetchLimits
  readonly clock: SchedulerLike
  /** What the broker is sending, beginning with the current state: chunks may come behind it. By default nothing. */
  readonly inflow$?: Observable<Inflow>
}

/**
 * Fetches images through the Proxy, and emits the requests to it.
 *
 * @example
 * ```ts
 * const imageOf = ({ fetch }: Fetch) => fetch('registry.example/sum:1').pipe(ofType('fetched'))
 * ```
 */
export type Fetch = {
  /** The binary of an image as the last event; errors with a `FetchError`. Subscribers of one image share one fetch. */
  readonly fetch: (image: string) => Observable<TaskProgress>
  readonly request$: Observable<Publication>
}

/** A reference with a digest is immutable, so a cached copy needs no request. */
const isPinned = (image: string): boolean => /@sha256:[0-9a-f]{64}$/.test(image)

const requestOf = (image: string): Publication => ({
  subtopic: 'registry/proplet',
  payload: { app_name: image },
  keep: 'all',
})

/**
 * Requests images from the Proxy and assembles their chunks; see `FetchLimits` for when it gives up.
 *
 * @example
 * ```ts
 * const { fetch, request$ } = createFetch({ chunk$, cache, limits: fetchLimits, clock: asyncScheduler })
 * const progress$ = fetch('registry.example/sum:1')
 * ```
 */
export const createFetch = ({ chunk$, cache, limits, clock, inflow$ = of('none') }: FetchDeps): Fetch => {
  const requests = new Subject<Publication>()
  const underWay = new Map<string, Observable<TaskProgress>>()
  const chunksOf = routeByKey(chunk$, ({ image }) => image)
  const held = new HeldBytes(limits.maxTotalBytes)

  const cached = (image: string) => fromCache(() => cache.byImage(image))
  const deps = { chunksOf, put: cache.put, cached, held, limits, clock, inflow$ }

  const start = (image: string): Observable<TaskProgress> => {
    const asked$ = fromRegistry(image, deps).pipe(
      catchError((error: unknown) =>
        concat(
          cached(image),
          throwError(() => error),
        ),
      ),
    )
    return concat(isPinned(image) ? cached(image) : EMPTY, asked$).pipe(
      takeWhile(({ type }) => type !== 'fetched', true),
      // Before the fetch is shared, so that one request serves all subscribers.
      tap(({ type }) => type === 'fetching' && requests.next(requestOf(image))),
      finalize(() => underWay.delete(image)),
      share(),
    )
  }

  return {
    fetch: (image) =>
      defer(() => {
        const shared = underWay.get(image) ?? start(image)
        underWay.set(image, shared)
        return shared
      }),
    request$: requests.asObservable(),
  }
}
