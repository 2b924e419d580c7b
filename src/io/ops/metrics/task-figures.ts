import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { ignoreElements, merge, tap, type Observable } from 'rxjs'
import type { Outcome } from '../../../model/outcome.js'
import type { TaskEvent } from '../../../model/task-event.js'
import type { ResultDelivery, Phase, Stage, Step } from '../../../model/step.js'
import type { PropletEvents } from '../../../model/proplet-events.js'

/** Buckets in seconds: from a cached call to a fetch of half an hour. */
const BUCKETS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800,
]

type StageCounts = Readonly<Record<Exclude<Stage, 'over'>, number>>

/** The number of runs in each stage. */
const createCensus = () => {
  const counts = { fetching: 0, queued: 0, preparing: 0, running: 0, deployed: 0 }
  return {
    counts: counts as StageCounts,
    take: ({ before, stage }: Pick<Step, 'before' | 'stage'>) => {
      if (before !== undefined && before !== 'over') counts[before] -= 1
      if (stage !== 'over') counts[stage] += 1
    },
  }
}

/** Metrics of tasks, under the names of the current release where it has them. No label has unbounded values. */
export const taskFigures = (registry: Registry) => {
  const registers = [registry]
  const counter = (name: string, help: string) => new Counter({ name, help, registers })
  const started = counter('proplet_tasks_started_total', 'Tasks received and started, invocations included')
  const completed = counter('proplet_tasks_completed_total', 'Tasks completed successfully')
  const failed = counter('proplet_tasks_failed_total', 'Tasks that errored or were rejected')
  const stopped = counter('proplet_tasks_stopped_total', 'Tasks ended by a stop command')
  const duplicates = counter('proplet_tasks_duplicate_total', 'Starts of tasks that were already running')
  const rejected = counter('proplet_messages_rejected_total', 'Refused messages that name no task')
  const failures = new Counter({
    name: 'proplet_task_failures_total',
    help: 'Tasks that errored or were rejected, by the kind of failure',
    labelNames: ['code'],
    registers,
  })
  const hits = counter('proplet_cache_hits_total', 'Binaries that tasks got from the cache')
  const misses = counter('proplet_cache_misses_total', 'Binaries that were fetched for tasks')
  const fetchedBytes = counter('proplet_wasm_fetch_bytes_total', 'Bytes fetched for wasm binaries')
  const phases = new Histogram({
    name: 'proplet_task_phase_seconds',
    help: 'Time of tasks by phase: fetch, queue (for a slot), prepare (for a guest), compile, run, hold (of the result, and its wait for the broker), publish',
    labelNames: ['phase'],
    buckets: BUCKETS,
    registers,
  })
  const census = createCensus()
  const gauges: Readonly<Record<string, readonly [help: string, value: (runs: StageCounts) => number]>> = {
    proplet_tasks_running: ['Tasks currently executing', ({ preparing, running }) => preparing + running],
    proplet_tasks_queued: ['Tasks waiting for a slot', ({ queued }) => queued],
    proplet_tasks_fetching: ['Tasks whose binary is being fetched', ({ fetching }) => fetching],
    proplet_tasks_latent: ['Latent tasks that can be invoked', ({ deployed }) => deployed],
  }
  for (const [name, [help, value]] of Object.entries(gauges)) {
    const gauge: Gauge = new Gauge({ name, help, registers, collect: () => gauge.set(value(census.counts)) })
  }
  // Several tasks may share a fetch.
  const counted = new WeakSet()

  // Resolved once per phase: label lookup costs more than the rest of an observation.
  const series = new Map<Phase['name'] | 'hold' | 'publish', Histogram.Internal<'phase'>>()
  const observe = (phase: Phase['name'] | 'hold' | 'publish', from: number, to: number) => {
    const found = series.get(phase) ?? phases.labels({ phase })
    series.set(phase, found)
    found.observe(Math.max(0, to - from) / 1000)
  }
  const countOutcome = (outcome: Outcome) => {
    if (outcome.kind === 'completed') completed.inc()
    else if (outcome.kind === 'stopped') stopped.inc()
    else {
      failed.inc()
      failures.inc({ code: outcome.code })
    }
  }
  const countFetched = ({ from, binary }: NonNullable<Step['fetched']>) => {
    if (from === 'command') return
    ;(from === 'cache' ? hits : misses).inc()
    if (from === 'registry' && !counted.has(binary)) fetchedBytes.inc(binary.size)
    counted.add(binary)
  }
  const onStep = (step: Step) => {
    census.take(step)
    if (step.before === undefined && step.stage !== 'over') started.inc()
    for (const { name, from, to, cut } of step.phases) if (!cut) observe(name, from, to)
    if (step.fetched !== undefined) countFetched(step.fetched)
    if (step.outcome !== undefined) countOutcome(step.outcome)
  }
  const onDelivery = ({ dueAt, handedAt, at, isDelivered }: ResultDelivery) => {
    observe('hold', dueAt, handedAt)
    if (isDelivered) observe('publish', handedAt, at)
  }
  const onTask = ({ type }: TaskEvent) => {
    if (type === 'duplicate') duplicates.inc()
    else if (type === 'rejected') rejected.inc()
  }
  return ({ task$, step$, resultDelivery$ }: PropletEvents): Observable<never> =>
    merge(
      step$.pipe(tap(onStep), ignoreElements()),
      resultDelivery$.pipe(tap(onDelivery), ignoreElements()),
      task$.pipe(tap(onTask), ignoreElements()),
    )
}
