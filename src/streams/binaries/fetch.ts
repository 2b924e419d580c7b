import {
  catchError,
  concat,
  defer,
  EMPTY,
  expand,
  filter,
  finalize,
  map,
  merge,
  mergeMap,
  of,
  share,
  skip,
  startWith,
  Subject,
  switchMap,
  take,
  takeUntil,
  takeWhile,
  throwError,
  timer,
  type Observable,
  type SchedulerLike,
} from 'rxjs'
import type { Binary } from '../../model/binary.js'
import type { Chunk } from '../../model/command.js'
import type { Publication } from '../../model/publication.js'
import type { TaskProgress } from '../../model/task-event.js'
import { createAssembly, type Taken } from './assemble.js'
import { messageOf } from '../../model/message-of.js'

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
  /** An incomplete assembly expires after this long without progress. All times are in milliseconds. */
  readonly ttlMs: number
  /** A fetch of which nothing has come for this long fails: nobody has the image, or nobody listens. */
  readonly stallMs: number
  /** Without progress for this long, the registry is asked again; doubled each time. */
  readonly retryMs: number
  readonly timeoutMs: number
  readonly maxBytes: number
  /** For all assemblies together, including overhead. */
  readonly maxTotalBytes: number
}

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

/** A reference with a digest is immutable, so a cached copy needs no request. */
const isPinned = (image: string): boolean => /@sha256:[0-9a-f]{64}$/.test(image)

const seconds = (ms: number): string => `${ms / 1000} s`

/**
 * Requests images from the Proxy and assembles their chunks; see `FetchLimits` for when it gives up.
 *
 * @example
 * ```ts
 * const { fetch, request$ } = createFetch({ chunk$, cache, limits: fetchLimits, clock: asyncScheduler })
 * const progress$ = fetch('registry.example/sum:1')
 * ```
 */
export const createFetch = ({ chunk$, cache, limits, clock }: FetchDeps): Fetch => {
  // The requests of all fetches in one stream: each fetch is shared, and its request must go out once.
  const requests = new Subject<Publication>()
  const underWay = new Map<string, Observable<TaskProgress>>()
  let heldBytes = 0

  const ask = (image: string, attempt: number): TaskProgress => {
    requests.next({ subtopic: 'registry/proplet', payload: { app_name: image }, keep: 'all' })
    return { type: 'fetching', image, attempt }
  }

  // A failing cache counts as empty: the registry may still answer.
  const fromCache = (image: string): Observable<TaskProgress> =>
    defer(() => cache.byImage(image)).pipe(
      filter((binary) => binary !== undefined),
      map((binary): TaskProgress => ({ type: 'fetched', binary, from: 'cache' })),
      catchError((error: unknown) =>
        of<TaskProgress>({ type: 'warning', message: `cache: ${messageOf(error)}` }),
      ),
    )

  const store = (image: string, pieces: readonly Uint8Array[]): Observable<TaskProgress> =>
    defer(() => cache.put(pieces, image)).pipe(
      map((binary) => ({ type: 'fetched', binary, from: 'registry' })),
    )

  const fromRegistry = (image: string): Observable<TaskProgress> =>
    defer(() => {
      const assembly = createAssembly(limits.maxBytes)
      let progressed = false
      const accept = (chunk: Chunk): Taken => {
        const before = assembly.size()
        const taken = assembly.take(chunk)
        heldBytes += assembly.size() - before
        if (heldBytes > limits.maxTotalBytes)
          throw new FetchError(
            `fetching ${image}: binaries being fetched fill more than ${limits.maxTotalBytes} bytes`,
          )
        if (taken.type === 'progress') progressed = true
        return taken
      }
      const taken$ = chunk$.pipe(
        filter((chunk) => chunk.image === image),
        map(accept),
        takeWhile(({ type }) => type !== 'complete', true),
        share(),
      )
      const progress$ = taken$.pipe(filter(({ type }) => type === 'progress' || type === 'complete'))
      const complete$ = taken$.pipe(filter(({ type }) => type === 'complete'))

      const assembled$ = taken$.pipe(
        mergeMap((taken): Observable<TaskProgress> => {
          switch (taken.type) {
            case 'progress':
              return of({ type: 'chunk', received: taken.received, total: taken.total })
            case 'ignored':
              return of({ type: 'warning', message: `${taken.reason} of ${image} ignored` })
            case 'oversized':
              return throwError(() => new FetchError(`${image} is larger than ${limits.maxBytes} bytes`))
            case 'complete':
              return concat(
                of<TaskProgress>({ type: 'chunk', received: taken.total, total: taken.total }),
                store(image, taken.pieces),
              )
          }
        }),
      )
      const stalls$ = of(1).pipe(
        expand((attempt) => timer(limits.retryMs * 2 ** (attempt - 1), clock).pipe(map(() => attempt + 1))),
        skip(1),
      )
      const asked$ = concat(
        of(1),
        progress$.pipe(
          startWith(undefined),
          switchMap(() => stalls$),
        ),
      ).pipe(map((attempt) => ask(image, attempt)))
      const expired$ = merge(
        progress$.pipe(
          map(() => limits.ttlMs),
          startWith(Math.min(limits.stallMs, limits.ttlMs)),
          switchMap((ms) => timer(ms, clock).pipe(map(() => ms))),
          map((ms) => `no chunk for ${seconds(ms)}; the Proxy was asked for it on registry/proplet`),
        ),
        timer(limits.timeoutMs, clock).pipe(map(() => `not complete after ${seconds(limits.timeoutMs)}`)),
      ).pipe(
        take(1),
        mergeMap((reason) => throwError(() => new FetchError(`fetching ${image}: ${reason}`))),
      )
      const silent$ = timer(limits.retryMs, clock).pipe(
        mergeMap(() => (progressed ? EMPTY : fromCache(image))),
      )

      return merge(assembled$, merge(asked$, expired$, silent$).pipe(takeUntil(complete$))).pipe(
        finalize(() => {
          heldBytes -= assembly.size()
        }),
      )
    })

  const start = (image: string): Observable<TaskProgress> => {
    const asked$ = fromRegistry(image).pipe(
      catchError((error: unknown) =>
        concat(
          fromCache(image),
          throwError(() => error),
        ),
      ),
    )
    const pinned$ = isPinned(image) ? fromCache(image) : EMPTY
    return concat(pinned$, asked$).pipe(
      takeWhile(({ type }) => type !== 'fetched', true),
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
