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
import type { Inflow } from '../../model/connection.js'
import { pacedTimer } from '../operators/paced-timer.js'
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
  /** What the broker is sending, beginning with the current state; what we wait for may come behind it, or be it. */
  readonly inflow$: Observable<Inflow>
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

/** An unnecessary request makes the Proxy send the whole image again, so while messages arrive the next one is delayed. */
const RETRY_PACE: Readonly<Record<Inflow, number>> = { none: 1, messages: 0.25, large: 0 }
/** Other messages are no sign that the Proxy has the image. */
const EXPIRY_PACE: Readonly<Record<Inflow, number>> = { none: 1, messages: 1, large: 0 }

const paceBy =
  (paces: Readonly<Record<Inflow, number>>) =>
  ({ inflow$ }: FromRegistryDeps): Observable<number> =>
    inflow$.pipe(map((inflow) => paces[inflow]))

/**
 * The number of each attempt: the first at once, others whenever nothing has arrived for a while, with growing delays.
 */
const attempts = (progress$: Observable<unknown>, deps: FromRegistryDeps): Observable<number> => {
  const pace$ = paceBy(RETRY_PACE)(deps)
  const stalls = (waitMs: number) =>
    of(1).pipe(
      expand((attempt) =>
        pacedTimer(waitMs * 2 ** (attempt - 1), pace$, deps.clock).pipe(map(() => attempt + 1)),
      ),
      skip(1),
    )
  return concat(of(1), patience(progress$, deps).pipe(switchMap(stalls)))
}

const expiry = (image: string, progress$: Observable<unknown>, deps: FromRegistryDeps): Observable<never> => {
  const { limits, clock } = deps
  const pace$ = paceBy(EXPIRY_PACE)(deps)
  return merge(
    progress$.pipe(
      map(() => limits.ttlMs),
      startWith(Math.min(limits.stallMs, limits.ttlMs)),
      switchMap((ms) => pacedTimer(ms, pace$, clock).pipe(map(() => ms))),
      map((ms) => `no chunk for ${seconds(ms)}; the Proxy was asked for it on registry/proplet`),
    ),
    timer(limits.timeoutMs, clock).pipe(map(() => `not complete after ${seconds(limits.timeoutMs)}`)),
  ).pipe(
    take(1),
    mergeMap((reason) => throwError(() => new FetchError(`fetching ${image}: ${reason}`))),
  )
}

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
    const silent$ = pacedTimer(deps.limits.retryMs, paceBy(EXPIRY_PACE)(deps), deps.clock).pipe(
      mergeMap(() => (hasProgressed ? EMPTY : deps.cached(image))),
    )
    return merge(
      collected$,
      merge(asked$, expiry(image, progress$, deps), silent$).pipe(takeUntil(complete$)),
    ).pipe(finalize(() => deps.held.add(-assembly.size())))
  })
