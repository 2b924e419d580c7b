import type { Invocation } from '../../model/command.js'
import type { Outcome } from '../../model/outcome.js'
import type { InvocationEvent, TaskEnded, TaskEvent } from '../../model/task-event.js'
import { keepOutcome, keepResult, keepWarning, kindOf, newEntry, type Entry } from './entry.js'
import { createGroups, type Groups } from './groups.js'
import type { Latencies } from './latency.js'
import type { Tails } from './tails.js'
import type { EndPhase, LatencyPhase, Totals } from './wire.js'

export type TasksDeps = {
  readonly latencies: Latencies
  readonly tails: Tails
  /** Rows of tasks that ended. */
  readonly maxEnded: number
  /** Milliseconds on a monotonic clock. */
  readonly now: () => number
}

/** A result that the broker has: of a task, or of an invocation of it. */
export type Published = { readonly id: string; readonly invocation: string | undefined }

export type Tasks = {
  readonly take: (event: TaskEvent) => void
  readonly published: (result: Published) => void
  readonly groups: Groups
  readonly totals: () => Totals
}

type OwnEvent = Exclude<TaskEvent, { readonly type: 'rejected' | 'invocation' }>
type Progress = Exclude<OwnEvent | InvocationEvent, { readonly type: 'accepted' | 'ended' }>

/** Results on their way whose delivery is timed; of more only the latest are. */
const MAX_UNPUBLISHED = 1000

const ENDS: Readonly<Record<Outcome['kind'], EndPhase>> = {
  completed: 'completed',
  failed: 'failed',
  stopped: 'stopped',
}

const resultKey = ({ id, invocation }: Published): string =>
  JSON.stringify(invocation === undefined ? [id] : [id, invocation])

/** Follows tasks and invocations from what happens to them: those under way, as admission bounds them, and the last that ended. */
export const createTasks = ({ latencies, tails, maxEnded, now }: TasksDeps): Tasks => {
  const groups = createGroups({ maxEnded, onForgotten: ({ key }) => tails.forget(key) })
  const byId = new Map<string, Entry>()
  const byInvocation = new Map<Invocation, Entry>()
  const unpublished = new Map<string, { readonly entry: Entry; readonly endedAt: number }>()
  const ends: Record<EndPhase, number> = { completed: 0, failed: 0, stopped: 0, replaced: 0 }
  let lastKey = 0

  const nextKey = () => (lastKey += 1)
  const changed = (entry: Entry) => {
    entry.isStale = true
    entry.version += 1
  }
  const span = (entry: Entry, phase: Exclude<LatencyPhase, 'total'>, ms: number) => {
    entry.spans = { ...entry.spans, [phase]: ms }
    latencies.add(phase, ms)
  }
  const begin = (entry: Entry) => {
    groups.add(entry)
    return entry
  }
  const enter = (entry: Entry, phase: Entry['phase']) => {
    entry.since = now()
    groups.move(entry, phase)
  }

  const end = (entry: Entry, { outcome, announced }: TaskEnded) => {
    const at = now()
    if (entry.startedAt !== undefined && entry.kind !== 'latent') span(entry, 'run', at - entry.startedAt)
    const isShort = entry.kind === 'task' || entry.kind === 'invocation'
    if (isShort && entry.placedAt !== undefined) latencies.add('total', at - entry.at)
    keepOutcome(entry, outcome)
    entry.cpu = undefined
    entry.memory = undefined
    ends[ENDS[outcome.kind]] += 1
    enter(entry, ENDS[outcome.kind])
    if (announced && outcome.kind === 'completed') return
    const key = resultKey(entry)
    unpublished.delete(key)
    unpublished.set(key, { entry, endedAt: at })
    for (const oldest of unpublished.keys()) {
      if (unpublished.size <= MAX_UNPUBLISHED) break
      unpublished.delete(oldest)
    }
  }

  /** The end of a command that was never accepted, or of one that waited behind another of its id. */
  const refused = (id: string, invocation: Invocation | undefined, ended: TaskEnded) => {
    const entry = newEntry({
      key: nextKey(),
      id,
      kind: invocation === undefined ? 'task' : 'invocation',
      invocation: invocation === undefined ? undefined : (invocation.id ?? ''),
      name: '',
      receivedAt: ended.receivedAt,
      at: now(),
      phase: 'waiting',
    })
    keepOutcome(entry, ended.outcome)
    end(begin(entry), ended)
  }

  const progress = (entry: Entry, event: Progress) => {
    switch (event.type) {
      case 'chunk':
      case 'downloading': {
        const { received, total } = event
        entry.progress = total === undefined ? undefined : { received, total }
        break
      }
      case 'fetched':
        entry.digest = event.binary.digest
        entry.size = event.binary.size
        if (event.from !== 'command') span(entry, 'fetch', now() - entry.at)
        enter(entry, 'waiting')
        break
      case 'running':
        entry.placedAt = now()
        span(entry, 'queue', entry.placedAt - entry.since)
        enter(entry, 'starting')
        break
      case 'started':
        entry.startedAt = now()
        if (entry.placedAt !== undefined) span(entry, 'start', entry.startedAt - entry.placedAt)
        enter(entry, 'running')
        break
      case 'serving':
        entry.address = `${event.address.includes(':') ? `[${event.address}]` : event.address}:${event.port}`
        enter(entry, 'serving')
        break
      case 'precompiled':
        enter(entry, 'ready')
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
        break
      case 'replaced':
        ends.replaced += 1
        enter(entry, 'replaced')
        break
      case 'fetching':
      case 'provided':
      case 'reported':
      case 'duplicate':
      case 'unknown-stop':
        return
    }
    // Of output only the detail tells.
    if (event.type === 'output') entry.version += 1
    else changed(entry)
  }

  const takeOwn = (event: OwnEvent) => {
    const { id } = event
    if (event.type === 'accepted') {
      const { start } = event
      const image = start.source.type === 'image' ? start.source.image : undefined
      const { name, receivedAt } = start
      const kind = kindOf(start)
      const phase = 'fetching'
      byId.set(
        id,
        begin(
          newEntry({
            key: nextKey(),
            id,
            kind,
            invocation: undefined,
            name,
            image,
            receivedAt,
            at: now(),
            phase,
          }),
        ),
      )
      return
    }
    const entry = byId.get(id)
    if (event.type === 'ended') {
      if (entry?.receivedAt !== event.receivedAt) refused(id, undefined, event)
      else {
        byId.delete(id)
        end(entry, event)
        changed(entry)
      }
      return
    }
    if (entry === undefined) return
    if (event.type === 'replaced') byId.delete(id)
    progress(entry, event)
  }

  const takeInvocation = (id: string, invocation: Invocation, event: InvocationEvent) => {
    const entry = byInvocation.get(invocation)
    if (event.type === 'accepted') {
      const { receivedAt } = event.invoke
      const name = byId.get(id)?.name ?? ''
      const own = { key: nextKey(), id, invocation: invocation.id ?? '', name, receivedAt, at: now() }
      byInvocation.set(invocation, begin(newEntry({ ...own, kind: 'invocation', phase: 'waiting' })))
    } else if (event.type === 'ended') {
      byInvocation.delete(invocation)
      if (entry === undefined) refused(id, invocation, event)
      else {
        end(entry, event)
        changed(entry)
      }
    } else if (entry !== undefined) progress(entry, event)
  }

  return {
    take: (event) => {
      if (event.type === 'rejected') return
      if (event.type === 'invocation') takeInvocation(event.id, event.invocation, event.event)
      else takeOwn(event)
    },
    published: (result) => {
      const key = resultKey(result)
      const found = unpublished.get(key)
      if (found === undefined) return
      unpublished.delete(key)
      span(found.entry, 'publish', now() - found.endedAt)
      changed(found.entry)
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
