import type { TaskEvent } from '../../../model/task-event.js'
import { durations } from './durations.js'
import { keepOutcome, markChanged, newEntry, type Entry } from './entry.js'
import { createGroups, type Groups } from './groups.js'
import type { Latencies } from './latency.js'
import { createProgress } from './progress.js'
import type { Tails } from './tails.js'
import { createTaskIndex } from './task-index.js'
import type { EndPhase, Spans, TaskPhase, Totals } from '../../../model/view.js'
import type { ResultDelivery, Stage, Step } from '../../../model/step.js'

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
  readonly delivered: (delivery: ResultDelivery) => void
  readonly groups: Groups
  readonly totals: () => Totals
}

const SHOWN_AS: Readonly<Record<Exclude<Stage, 'over'>, TaskPhase>> = {
  fetching: 'fetching',
  queued: 'waiting',
  preparing: 'starting',
  running: 'running',
  deployed: 'ready',
}

/** Tracks tasks and invocations: those under way, which admission bounds, and those that ended last. */
export const createTasks = ({ latencies, tails, maxEnded, now }: TasksDeps): Tasks => {
  const groups = createGroups({ maxEnded, onForgotten: ({ key }) => tails.forget(key) })
  const index = createTaskIndex()
  const progress = createProgress({ groups, tails, now })
  const ends: Record<EndPhase, number> = { completed: 0, failed: 0, stopped: 0, replaced: 0 }
  let lastKey = 0

  const span = (entry: Entry, phase: keyof Spans, ms: number) => {
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
      name: run.name ?? (kind === 'invocation' ? index.nameOf(id) : undefined) ?? '',
      image,
      at,
      phase: stage === 'over' ? 'waiting' : SHOWN_AS[stage],
    })
    groups.add(entry)
    index.add(run, entry)
    // A refused task is never under way.
    if (stage !== 'over') index.open(run, entry)
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
    groups.move(entry, phase, at)
    index.close(run, entry)
  }

  return {
    step: (step) => {
      const { run, before, stage, at, phases, fetched } = step
      const entry = index.ofRun(run) ?? begin(step)
      if (stage === before) return
      for (const [phase, ms] of durations(phases))
        if (phase !== 'fetch' || fetched?.from !== 'command') span(entry, phase, ms)
      if (fetched !== undefined) {
        entry.digest = fetched.binary.digest
        entry.size = fetched.binary.size
      }
      if (stage === 'over') end(entry, step)
      else groups.move(entry, SHOWN_AS[stage], at)
      markChanged(entry)
    },
    take: (event) => {
      const located = index.locate(event)
      if (located !== undefined) progress(located.entry, located.event)
    },
    delivered: ({ run, dueAt, at, isDelivered }) => {
      const entry = index.ofRun(run)
      if (entry === undefined || !isDelivered) return
      span(entry, 'publish', at - dueAt)
      markChanged(entry)
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
