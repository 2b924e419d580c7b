import type { Invocation } from '../../../model/command.js'
import type { InvocationEvent, TaskEvent } from '../../../model/task-event.js'
import { keepOutcome, keepResult, keepWarning, newEntry, type Entry } from './entry.js'
import { createGroups, type Groups } from './groups.js'
import type { Latencies } from './latency.js'
import type { Tails } from './tails.js'
import type { EndPhase, LatencyPhase, TaskPhase, Totals } from '../../../model/view.js'
import type { ResultDelivery, Phase, PhaseName, Run, Stage, Step } from '../../../model/step.js'

export type TasksDeps = {
  readonly latencies: Latencies
  readonly tails: Tails
  /** Rows of tasks that ended. */
  readonly maxEnded: number
  /** Milliseconds on the clock of the steps. */
  readonly now: () => number
}

export type Tasks = {
  readonly step: (step: Step) => void
  /** Events that steps do not cover. */
  readonly take: (event: TaskEvent) => void
  readonly told: (told: ResultDelivery) => void
  readonly groups: Groups
  readonly totals: () => Totals
}

type OwnEvent = Exclude<TaskEvent, { readonly type: 'rejected' | 'invocation' }>

const SHOWN_AS: Readonly<Record<Exclude<Stage, 'over'>, TaskPhase>> = {
  fetching: 'fetching',
  queued: 'waiting',
  preparing: 'starting',
  running: 'running',
  deployed: 'ready',
}

const TIMED_AS: Readonly<Record<PhaseName, Exclude<LatencyPhase, 'total'>>> = {
  fetch: 'fetch',
  queue: 'queue',
  prepare: 'start',
  compile: 'start',
  run: 'run',
}

/** Durations of the phases that end together; phases cut short do not count. */
const durations = (phases: readonly Phase[]): ReadonlyMap<Exclude<LatencyPhase, 'total'>, number> => {
  const sums = new Map<Exclude<LatencyPhase, 'total'>, number>()
  for (const { name, from, to, cut } of phases)
    if (!cut) sums.set(TIMED_AS[name], (sums.get(TIMED_AS[name]) ?? 0) + to - from)
  return sums
}

const hostOf = (address: string): string => (address.includes(':') ? `[${address}]` : address)

/** Tracks tasks and invocations: those under way, which admission bounds, and those that ended last. */
export const createTasks = ({ latencies, tails, maxEnded, now }: TasksDeps): Tasks => {
  const groups = createGroups({ maxEnded, onForgotten: ({ key }) => tails.forget(key) })
  const entries = new WeakMap<Run, Entry>()
  const byId = new Map<string, Entry>()
  const byInvocation = new Map<Invocation, Entry>()
  const ends: Record<EndPhase, number> = { completed: 0, failed: 0, stopped: 0, replaced: 0 }
  let lastKey = 0

  const changed = (entry: Entry) => {
    entry.isStale = true
    entry.version += 1
  }
  const enter = (entry: Entry, phase: TaskPhase, at: number) => {
    entry.since = at
    groups.move(entry, phase)
  }
  const span = (entry: Entry, phase: Exclude<LatencyPhase, 'total'>, ms: number) => {
    entry.spans = { ...entry.spans, [phase]: ms }
    latencies.add(phase, ms)
  }

  const begin = ({ run, stage, at }: Step): Entry => {
    const { id, kind, image, invocation } = run
    const entry = newEntry({
      key: (lastKey += 1),
      id,
      kind,
      invocation: invocation && (invocation.id ?? ''),
      name: run.name ?? (kind === 'invocation' ? byId.get(id)?.name : undefined) ?? '',
      image,
      at,
      phase: stage === 'over' ? 'waiting' : SHOWN_AS[stage],
    })
    groups.add(entry)
    entries.set(run, entry)
    // A refused task is never under way.
    if (stage === 'over') return entry
    if (invocation === undefined) byId.set(id, entry)
    else byInvocation.set(invocation, entry)
    return entry
  }
  const end = (entry: Entry, { run, outcome, at }: Step) => {
    const isShort = entry.kind === 'task' || entry.kind === 'invocation'
    if (isShort && entry.spans.queue !== undefined) latencies.add('total', at - entry.at)
    if (outcome !== undefined) keepOutcome(entry, outcome)
    entry.cpu = undefined
    entry.memory = undefined
    const phase = outcome?.kind ?? 'replaced'
    ends[phase] += 1
    enter(entry, phase, at)
    if (run.invocation !== undefined) byInvocation.delete(run.invocation)
    else if (byId.get(run.id) === entry) byId.delete(run.id)
  }

  const progress = (entry: Entry, event: OwnEvent | InvocationEvent) => {
    switch (event.type) {
      case 'chunk':
      case 'downloading': {
        const { received, total } = event
        entry.progress = total === undefined ? undefined : { received, total }
        break
      }
      case 'serving':
        entry.address = `${hostOf(event.address)}:${event.port}`
        enter(entry, 'serving', now())
        break
      case 'announced':
        keepResult(entry, event.results)
        break
      case 'warning':
        keepWarning(entry, event.message)
        break
      case 'output':
        entry.outputBytes += event.data.length
        tails.write(entry.key, event)
        // Only the detail shows it.
        entry.version += 1
        return
      case 'accepted':
      case 'fetching':
      case 'fetched':
      case 'running':
      case 'started':
      case 'precompiled':
      case 'replaced':
      case 'ended':
      case 'provided':
      case 'reported':
      case 'duplicate':
      case 'unknown-stop':
        return
    }
    changed(entry)
  }

  return {
    step: (step) => {
      const { run, before, stage, at, phases, fetched } = step
      const entry = entries.get(run) ?? begin(step)
      if (stage === before) return
      for (const [phase, ms] of durations(phases))
        if (phase !== 'fetch' || fetched?.from !== 'command') span(entry, phase, ms)
      if (fetched !== undefined) {
        entry.digest = fetched.binary.digest
        entry.size = fetched.binary.size
      }
      if (stage === 'over') end(entry, step)
      else enter(entry, SHOWN_AS[stage], at)
      changed(entry)
    },
    take: (event) => {
      if (event.type === 'rejected') return
      const entry = event.type === 'invocation' ? byInvocation.get(event.invocation) : byId.get(event.id)
      if (entry !== undefined) progress(entry, event.type === 'invocation' ? event.event : event)
    },
    told: ({ run, dueAt, at, isDelivered }) => {
      const entry = entries.get(run)
      if (entry === undefined || !isDelivered) return
      span(entry, 'publish', at - dueAt)
      changed(entry)
    },
    groups,
    totals: () => ({
      running: groups.sizes().active,
      waiting: groups.sizes().waiting,
      completed: ends.completed,
      failed: ends.failed,
      stopped: ends.stopped,
    }),
  }
}
