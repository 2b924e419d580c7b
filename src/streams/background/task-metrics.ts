import {
  concat,
  defer,
  EMPTY,
  exhaustMap,
  filter,
  groupBy,
  map,
  mergeMap,
  repeat,
  Subject,
  switchMap,
  take,
  timer,
  type Observable,
  type OperatorFunction,
  type SchedulerLike,
} from 'rxjs'
import type { Publication } from '../../model/publication.js'
import type { TaskEvent } from '../../model/task-event.js'
import type { TaskSample } from '../../model/task-sample.js'
import { createAggregate } from './aggregate.js'
import { applyProfile, figuresOf } from './figures.js'
import { leaveOut } from '../operators/leave-out.js'
import { ofType } from '../operators/of-type.js'
import { profileOf, type Profile } from './profile.js'
import { isoTime } from '../../model/iso-time.js'

/**
 * Takes one sample of a running task; emits undefined if there is nothing to report now.
 *
 * @example
 * ```ts
 * const idle: TaskSampler = () => of(undefined)
 * ```
 */
export type TaskSampler = () => Observable<TaskSample | undefined>

/**
 * How tasks are sampled.
 *
 * @example
 * ```ts
 * const unmonitored: TaskMetricsDeps = {
 *   propletId: 'proplet-1',
 *   sampler: undefined,
 *   onError: (error) => log.warn({ err: error }),
 *   clock: asyncScheduler,
 * }
 * ```
 */
export type TaskMetricsDeps = {
  readonly propletId: string
  /** Called once per run of a task. Undefined to not monitor tasks. */
  readonly sampler: ((id: string) => TaskSampler) | undefined
  readonly onError: (error: unknown) => void
  readonly clock: SchedulerLike
}

/** Delay of the first sample in milliseconds, so that tasks shorter than their interval have one. */
const FIRST_MS = 100

/** Intervals from this on are aligned to full seconds, because waking the broker is what costs time. */
const TOGETHER_MS = 1000

/** Emits soon, and then at intervals; alignment moves the first by up to half a second. */
const beats = (intervalMs: number, clock: SchedulerLike): Observable<unknown> => {
  const next = defer(() => {
    const due = clock.now() + intervalMs
    const shared = intervalMs < TOGETHER_MS ? due : Math.round(due / TOGETHER_MS) * TOGETHER_MS
    return timer(shared - clock.now(), clock)
  })
  return concat(timer(Math.min(FIRST_MS, intervalMs), clock), next.pipe(repeat()))
}

/**
 * Samples each task from its start to its end, as its monitoring profile says. A slow sample skips beats; a failed one is
 * reported and skipped. Invocations of latent tasks are not monitored.
 *
 * @example
 * ```ts
 * const publication$ = task$.pipe(taskMetrics(taskMetricsDeps))
 * ```
 */
export const taskMetrics = ({
  propletId,
  sampler,
  onError,
  clock,
}: TaskMetricsDeps): OperatorFunction<TaskEvent, Publication> => {
  if (sampler === undefined) return () => EMPTY
  const monitored = (id: string, profile: Profile): Observable<Publication> =>
    defer(() => {
      const sample = sampler(id)
      const aggregate = createAggregate(profile.historySize)
      return beats(profile.intervalMs, clock).pipe(
        exhaustMap(() => defer(sample).pipe(leaveOut(onError))),
        filter((taken) => taken !== undefined),
        map(applyProfile(profile)),
        map((taken) => ({
          subtopic: 'control/proplet/task_metrics',
          key: id,
          payload: {
            task_id: id,
            proplet_id: propletId,
            metrics: figuresOf(taken),
            aggregated: aggregate(taken),
            timestamp: isoTime(clock.now()),
          },
          keep: 'latest' as const,
        })),
      )
    })
  return (event$) =>
    defer(() => {
      // A duration derived from its own group would keep the source subscribed after everyone unsubscribes.
      const ends = new Map<string, Subject<void>>()
      const lasting = ({ key }: { readonly key: string }) => {
        const end$ = new Subject<void>()
        ends.set(key, end$)
        return end$
      }
      const forget = (id: string) =>
        defer(() => {
          ends.get(id)?.next()
          ends.delete(id)
          return EMPTY
        })
      return event$.pipe(
        ofType('accepted', 'started', 'replaced', 'ended'),
        // Refused tasks have no group, because thousands may come at a time.
        filter(({ type, id }) => type === 'accepted' || ends.has(id)),
        groupBy(({ id }) => id, { duration: lasting }),
        mergeMap((own$) =>
          own$.pipe(
            ofType('accepted', 'replaced', 'ended'),
            switchMap((event) => {
              if (event.type === 'ended') return forget(event.id)
              const profile = event.type === 'accepted' ? profileOf(event.start) : undefined
              if (profile === undefined) return EMPTY
              return own$.pipe(
                ofType('started'),
                take(1),
                switchMap(() => monitored(event.id, profile)),
              )
            }),
          ),
        ),
      )
    })
}
