import {
  BehaviorSubject,
  concat,
  defer,
  finalize,
  ignoreElements,
  interval,
  map,
  merge,
  of,
  share,
  tap,
  type Observable,
  type SchedulerLike,
} from 'rxjs'
import type { Connection } from '../../../model/connection.js'
import type { TaskEvent } from '../../../model/task-event.js'
import { Changes } from './changes.js'
import { detailOf } from './detail.js'
import { createLatencies } from './latency.js'
import { createPoints, type Sample } from './points.js'
import { sampling, WATCHED_MS, type Sampler } from './sampling.js'
import { createTails, type TailLimits } from './tails.js'
import { createTasks } from './tasks.js'
import { whileReady, type IsReady } from './viewer.js'
import type { Groups } from './groups.js'
import type { ResultDelivery, Step } from '../../../model/step.js'
import type { Delta, DetailUpdate, Facts, Link, Update } from '../../../model/view.js'

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
const TICK_MS = 250

const MAX_POINTS_SPARE = 30

const linkOf = (connection: Connection, since: number): Link => ({
  state: connection.state,
  reason: connection.state === 'down' ? connection.reason : '',
  since,
})

/** Shows what tasks under way use. */
const applyUsage = (groups: Groups, { tasks }: Sample): void => {
  for (const [key, { cpu, memory }] of tasks) {
    const entry = groups.find(key)
    if (entry === undefined || !groups.isLive(entry)) continue
    entry.cpu = cpu
    entry.memory = memory
    entry.isStale = true
  }
}

const stoppableIn = (groups: Groups, key: number): string | undefined => {
  const entry = groups.find(key)
  return entry === undefined || !groups.isLive(entry) || entry.kind === 'invocation' ? undefined : entry.id
}

/** The model of the status page: bounded in size, and computed only for viewers. */
export const createView = ({ facts, sampler, limits, now, onError, clock }: ViewDeps): View => {
  const { windowMs, maxEnded, stallMs } = limits
  const latencies = createLatencies(limits.latencies)
  const tails = createTails(limits)
  const points = createPoints(windowMs, windowMs / WATCHED_MS + MAX_POINTS_SPARE)
  const { take, step, delivered, groups, totals } = createTasks({ latencies, tails, maxEnded, now })
  const watchers = new BehaviorSubject(0)
  let link: Link = { state: 'down', reason: '', since: facts.startedAt }

  const changes = new Changes({
    facts,
    groups,
    points,
    latencies,
    windowMs,
    link: () => link,
    totals,
    now,
    time: () => clock.now(),
  })
  const delta$ = interval(TICK_MS, clock).pipe(
    map(() => changes.delta()),
    share(),
  )
  const sample$ = sampling(watchers.pipe(map((count) => count > 0)), {
    sampler,
    active: groups.active,
    activeCount: () => groups.sizes().active,
    onError,
    clock,
  })

  return {
    follow: ({ task$, step$, resultDelivery$, connection$ }) =>
      merge(
        task$.pipe(tap(take)),
        step$.pipe(tap(step)),
        resultDelivery$.pipe(tap(delivered)),
        connection$.pipe(
          tap((connection) => {
            link = linkOf(connection, now())
          }),
        ),
        sample$.pipe(
          tap((sample) => {
            points.add(sample, totals(), now())
            applyUsage(groups, sample)
          }),
        ),
      ).pipe(ignoreElements()),
    watch: (isReady) =>
      defer(() => {
        watchers.next(watchers.value + 1)
        const next = (delta: Delta | undefined, hasMissed: boolean): Update | undefined =>
          hasMissed ? changes.snapshot() : delta
        return concat(
          defer(() => of(changes.snapshot())),
          delta$.pipe(whileReady({ isReady, stallMs, now }, next)),
        ).pipe(finalize(() => watchers.next(watchers.value - 1)))
      }),
    detail: (key, isReady) =>
      detailOf(key, {
        groups,
        tails,
        tick$: concat(of(0), interval(TICK_MS, clock)),
        isReady,
        stallMs,
        now,
      }),
    stoppable: (key) => stoppableIn(groups, key),
  }
}
