import {
  BehaviorSubject,
  concat,
  defer,
  finalize,
  ignoreElements,
  interval,
  map,
  merge,
  mergeMap,
  of,
  share,
  takeWhile,
  tap,
  type Observable,
  type SchedulerLike,
} from 'rxjs'
import type { Connection } from '../../../model/connection.js'
import type { TaskEvent } from '../../../model/task-event.js'
import { toDetail, toRow } from './entry.js'
import { createLatencies } from './latency.js'
import { createPoints } from './points.js'
import { sampling, WATCHED_MS, type Sampler } from './sampling.js'
import { createTails, type TailLimits } from './tails.js'
import { createTasks } from './tasks.js'
import type { ResultDelivery, Step } from '../../../model/step.js'
import type { DetailUpdate, Delta, Facts, Link, Row, Snapshot, Update } from '../../../model/view.js'

export type ViewLimits = TailLimits & {
  /** Rows of tasks that ended. */
  readonly maxEnded: number
  /** Durations kept per phase for its latency. */
  readonly latencies: number
  /** How long points of the plots are kept, in milliseconds. */
  readonly windowMs: number
  /** Viewers that stall for longer are disconnected. Milliseconds. */
  readonly stallMs: number
}

export type ViewDeps = {
  readonly facts: Facts
  readonly sampler: Sampler
  readonly limits: ViewLimits
  /** Milliseconds on a monotonic clock, with fractions. */
  readonly now: () => number
  readonly onError: (error: unknown) => void
  readonly clock: SchedulerLike
}

export type ViewInputs = {
  readonly task$: Observable<TaskEvent>
  readonly step$: Observable<Step>
  readonly resultDelivery$: Observable<ResultDelivery>
  readonly connection$: Observable<Connection>
}

/** Whether the viewer can take more now. */
export type IsReady = () => boolean

export type View = {
  /** Consumes events while subscribed to; never emits. */
  readonly follow: (inputs: ViewInputs) => Observable<never>
  /**
   * A snapshot, then changes. While the viewer is not ready it gets nothing, and then a new snapshot when it
   * is again; completes when that takes longer than `stallMs`.
   */
  readonly watch: (isReady: IsReady) => Observable<Update>
  /** The detail of one task and its live output; completes at its end, or at once if there is no such row. */
  readonly detail: (key: number, isReady: IsReady) => Observable<DetailUpdate>
  /** The ID to stop, for a task under way; invocations have none. */
  readonly stoppable: (key: number) => string | undefined
}

/** Milliseconds between messages. */
export const TICK_MS = 250

const MAX_POINTS_SPARE = 30

/** The model of the status page: bounded in size, and computed only for viewers. */
export const createView = ({ facts, sampler, limits, now, onError, clock }: ViewDeps): View => {
  const latencies = createLatencies(limits.latencies)
  const tails = createTails(limits)
  const points = createPoints(limits.windowMs, limits.windowMs / WATCHED_MS + MAX_POINTS_SPARE)
  const { take, step, told, groups, totals } = createTasks({
    latencies,
    tails,
    maxEnded: limits.maxEnded,
    now,
  })
  const watchers = new BehaviorSubject(0)
  let link: Link = { state: 'down', reason: '', since: facts.startedAt }

  /** Keys of rows that viewers may have. */
  let shownKeys = new Set<number>()
  let toldAt = 0
  let latencyVersion = 0
  let last = ''

  const head = () => ({ now: now(), time: clock.now(), link, totals: totals() })

  const snapshot = (): Snapshot => {
    const shown = groups.shown()
    for (const { key } of shown) shownKeys.add(key)
    return {
      type: 'snapshot',
      ...head(),
      facts,
      rows: shown.map(toRow),
      points: points.since(0),
      latency: latencies.read(),
      windowMs: limits.windowMs,
    }
  }

  /** Changes since the last one; undefined if there are none. */
  const delta = (): Delta | undefined => {
    const shown = groups.shown()
    const rows: Row[] = []
    const keys = new Set<number>()
    for (const entry of shown) {
      keys.add(entry.key)
      if (entry.isStale || !shownKeys.has(entry.key)) rows.push(toRow(entry))
      entry.isStale = false
    }
    const gone = [...shownKeys].filter((key) => !keys.has(key))
    shownKeys = keys
    const fresh = points.since(toldAt)
    toldAt = fresh.at(-1)?.at ?? toldAt
    const hasLatency = latencies.version() !== latencyVersion
    latencyVersion = latencies.version()
    const { link: linkNow, totals: totalsNow } = head()
    const state = JSON.stringify([linkNow, totalsNow])
    const isSame =
      rows.length === 0 && gone.length === 0 && fresh.length === 0 && !hasLatency && state === last
    last = state
    if (isSame) return undefined
    return {
      type: 'delta',
      ...head(),
      rows,
      gone,
      points: fresh,
      latency: hasLatency ? latencies.read() : undefined,
    }
  }

  const tick$ = interval(TICK_MS, clock).pipe(map(delta), share())

  const watch: View['watch'] = (isReady) =>
    defer(() => {
      watchers.next(watchers.value + 1)
      let missedSince: number | undefined
      const next = (changes: Delta | undefined): readonly Update[] => {
        if (!isReady()) {
          missedSince ??= now()
          return []
        }
        if (missedSince !== undefined) {
          missedSince = undefined
          return [snapshot()]
        }
        return changes === undefined ? [] : [changes]
      }
      return concat(
        defer(() => of(snapshot())),
        tick$.pipe(
          map(next),
          takeWhile(() => missedSince === undefined || now() - missedSince <= limits.stallMs),
          mergeMap((updates) => updates),
        ),
      ).pipe(finalize(() => watchers.next(watchers.value - 1)))
    })

  const detail: View['detail'] = (key, isReady) =>
    defer(() => {
      let version = -1
      let from = 0
      let missedSince: number | undefined
      const next = (): DetailUpdate | undefined => {
        missedSince = undefined
        const entry = groups.find(key)
        if (entry === undefined) return { detail: undefined, skipped: 0, pieces: [], isLast: true }
        const isNew = entry.version !== version
        if (!isNew) return undefined
        version = entry.version
        const {
          skipped,
          pieces,
          next: end,
        } = tails.of(key)?.read(from) ?? { skipped: 0, pieces: [], next: from }
        from = end
        return { detail: toDetail(entry), skipped, pieces, isLast: !groups.isLive(entry) }
      }
      const turn = (): readonly DetailUpdate[] => {
        if (!isReady()) {
          missedSince ??= now()
          return []
        }
        const update = next()
        return update === undefined ? [] : [update]
      }
      return concat(of(0), interval(TICK_MS, clock)).pipe(
        map(turn),
        takeWhile(() => missedSince === undefined || now() - missedSince <= limits.stallMs),
        mergeMap((updates) => updates),
        takeWhile(({ isLast }) => !isLast, true),
      )
    })

  return {
    follow: ({ task$, step$, resultDelivery$, connection$ }) =>
      merge(
        task$.pipe(tap(take)),
        step$.pipe(tap(step)),
        resultDelivery$.pipe(tap(told)),
        connection$.pipe(
          tap((connection) => {
            const reason = connection.state === 'down' ? connection.reason : ''
            link = { state: connection.state, reason, since: now() }
          }),
        ),
        sampling(watchers.pipe(map((count) => count > 0)), {
          sampler,
          active: groups.active,
          activeCount: () => groups.sizes().active,
          onError,
          clock,
        }).pipe(
          tap((sample) => {
            points.add(sample, totals(), now())
            for (const [key, { cpu, memory }] of sample.tasks) {
              const entry = groups.find(key)
              if (entry === undefined || !groups.isLive(entry)) continue
              entry.cpu = cpu
              entry.memory = memory
              entry.isStale = true
            }
          }),
        ),
      ).pipe(ignoreElements()),
    watch,
    detail,
    stoppable: (key) => {
      const entry = groups.find(key)
      return entry === undefined || !groups.isLive(entry) || entry.kind === 'invocation'
        ? undefined
        : entry.id
    },
  }
}
