import {
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
  scan,
  share,
  skip,
  startWith,
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
import type { TaskProgress } from '../../model/task-event.js'
import { idleTimer } from '../operators/idle-timer.js'
import { createAssembly, type Assembly, type Taken } from './assemble.js'
import { FetchError, type FetchLimits } from './fetch-limits.js'
import type { HeldBytes } from './held-bytes.js'
import { seconds } from './seconds.js'

export type FromRegistryDeps = {
  readonly chunksOf: (image: string) => Observable<Chunk>
  /** Stores the complete binary. */
  readonly put: (pieces: readonly Uint8Array[], image: string) => Observable<Binary>
  /** The cached binary, for when the registry is silent. */
  readonly cached: (image: string) => Observable<TaskProgress>
  readonly held: HeldBytes
  readonly limits: FetchLimits
  readonly clock: SchedulerLike
  /** Whether a large message is being received, beginning with the current state; what we wait for comes behind it, or is it. */
  readonly isReceiving$: Observable<boolean>
}

/** The effect of each chunk of one image, up to the last one. */
const assembled = (
  image: string,
  assembly: Assembly,
  { chunksOf, held, limits }: FromRegistryDeps,
): Observable<Taken> => {
  const accept = (chunk: Chunk): Taken => {
    const before = assembly.size()
    const taken = assembly.take(chunk)
    held.add(assembly.size() - before)
    if (!held.isExceeded) return taken
    throw new FetchError(
      `fetching ${image}: binaries being fetched take up more than ${limits.maxTotalBytes} bytes`,
    )
  }
  return chunksOf(image).pipe(
    map(accept),
    takeWhile(({ type }) => type !== 'complete', true),
  )
}

/** Events about a chunk; the binary follows the last one. */
const progressOf = (
  image: string,
  taken: Taken,
  { put, limits }: FromRegistryDeps,
): Observable<TaskProgress> => {
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
        defer(() => put(taken.pieces, image)).pipe(
          map((binary): TaskProgress => ({ type: 'fetched', binary, from: 'registry' })),
        ),
      )
  }
}

/** The part of the time to live after which the registry is asked again at the latest. */
const PATIENCE = 0.25

/**
 * The time limit for each next chunk: longer on a link on which an earlier one took longer, because a repeated request
 * brings all chunks again.
 */
const patience = (
  progress$: Observable<unknown>,
  { limits, clock }: FromRegistryDeps,
): Observable<number> => {
  const { retryMs, ttlMs } = limits
  return progress$.pipe(
    scan(
      ({ at, waitMs }) => {
        const now = clock.now()
        const learnedMs = now - at > retryMs ? Math.min(2 * (now - at), ttlMs * PATIENCE) : 0
        return { at: now, waitMs: Math.max(waitMs, learnedMs) }
      },
      { at: clock.now(), waitMs: retryMs },
    ),
    map(({ waitMs }) => waitMs),
    startWith(retryMs),
  )
}

/**
 * The number of each attempt: the first at once, others whenever nothing has arrived for a while, with growing delays.
 */
const attempts = (progress$: Observable<unknown>, deps: FromRegistryDeps): Observable<number> => {
  const { isReceiving$, clock } = deps
  const stalls = (waitMs: number) =>
    of(1).pipe(
      expand((attempt) =>
        idleTimer(waitMs * 2 ** (attempt - 1), isReceiving$, clock).pipe(map(() => attempt + 1)),
      ),
      skip(1),
    )
  return concat(of(1), patience(progress$, deps).pipe(switchMap(stalls)))
}

const expiry = (
  image: string,
  progress$: Observable<unknown>,
  { limits, clock, isReceiving$ }: FromRegistryDeps,
): Observable<never> =>
  merge(
    progress$.pipe(
      map(() => limits.ttlMs),
      startWith(Math.min(limits.stallMs, limits.ttlMs)),
      switchMap((ms) => idleTimer(ms, isReceiving$, clock).pipe(map(() => ms))),
      map((ms) => `no chunk for ${seconds(ms)}; the Proxy was asked for it on registry/proplet`),
    ),
    timer(limits.timeoutMs, clock).pipe(map(() => `not complete after ${seconds(limits.timeoutMs)}`)),
  ).pipe(
    take(1),
    mergeMap((reason) => throwError(() => new FetchError(`fetching ${image}: ${reason}`))),
  )

/** One fetch of an image: `fetching` requests it from the registry, `fetched` is the last event. */
export const fromRegistry = (image: string, deps: FromRegistryDeps): Observable<TaskProgress> =>
  defer(() => {
    const assembly = createAssembly(deps.limits.maxBytes)
    let hasProgressed = false
    const taken$ = assembled(image, assembly, deps).pipe(share())
    const progress$ = taken$.pipe(filter(({ type }) => type === 'progress' || type === 'complete'))
    const complete$ = taken$.pipe(filter(({ type }) => type === 'complete'))
    const collected$ = taken$.pipe(
      mergeMap((taken) => {
        if (taken.type === 'progress') hasProgressed = true
        return progressOf(image, taken, deps)
      }),
    )
    const asked$ = attempts(progress$, deps).pipe(
      map((attempt): TaskProgress => ({ type: 'fetching', image, attempt })),
    )
    const silent$ = idleTimer(deps.limits.retryMs, deps.isReceiving$, deps.clock).pipe(
      mergeMap(() => (hasProgressed ? EMPTY : deps.cached(image))),
    )
    return merge(
      collected$,
      merge(asked$, expiry(image, progress$, deps), silent$).pipe(takeUntil(complete$)),
    ).pipe(finalize(() => deps.held.add(-assembly.size())))
  })
