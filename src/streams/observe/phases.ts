import { needsResult } from '../results/needs-result.js'
import { defer, type OperatorFunction } from 'rxjs'
import type { Invocation, InvokeCommand, Received, StartCommand } from '../../model/command.js'
import type { Phase, PhaseName, Run, Stage, Step } from '../../model/step.js'
import type { InvocationEvent, TaskEvent } from '../../model/task-event.js'
import { mapDefined } from '../operators/map-defined.js'

/** A run that is under way. */
type Open = {
  readonly run: Run
  readonly receivedAt: number
  stage: Stage
  /** When its stage began. */
  since: number
  /** How often its binary was requested from the registry. */
  attempts: number
}

/** An event of a task or of an invocation. */
type Event =
  | Exclude<TaskEvent, { readonly type: 'invocation' | 'rejected' }>
  | (InvocationEvent & { readonly id: string })
type Accepted = Extract<Event, { readonly type: 'accepted' }>
type Ended = Extract<Event, { readonly type: 'ended' }>

/** The ID of a task, or the identity of an invocation. */
type Key = string | Invocation

/** The phase that a run was in, if it ends in this stage. */
const PHASE_OF: Readonly<Partial<Record<Stage, PhaseName>>> = {
  fetching: 'fetch',
  queued: 'queue',
  preparing: 'compile',
  running: 'run',
}

const commandOf = (event: Accepted): Received<StartCommand | InvokeCommand> =>
  'start' in event ? event.start : event.invoke

const kindOf = ({ daemon, latent }: StartCommand): Run['kind'] => {
  if (latent) return 'latent'
  return daemon ? 'daemon' : 'task'
}

const runOf = (command: StartCommand | InvokeCommand): Run =>
  command.type === 'start'
    ? {
        id: command.id,
        kind: kindOf(command),
        name: command.name,
        image: command.source.type === 'image' ? command.source.image : undefined,
        invocation: undefined,
      }
    : invocationOf(command.id, command.invocation)

const invocationOf = (id: string, invocation: Invocation): Run => ({
  id,
  kind: 'invocation',
  name: undefined,
  image: undefined,
  invocation,
})

/** A run that is known only by its end. */
const refusedOf = (id: string, key: Key): Run =>
  typeof key === 'string'
    ? { id, kind: 'task', name: undefined, image: undefined, invocation: undefined }
    : invocationOf(id, key)

const spent =
  ({ since: from }: Open, name: PhaseName, cut = false) =>
  (to: number): readonly Phase[] => [{ name, from, to, cut }]

/** A guest that still has the module does not compile it. */
const prepared =
  (open: Open, compileMs: number) =>
  (to: number): readonly Phase[] => {
    const compiling = Math.max(open.since, to - compileMs)
    const waited = spent(open, 'prepare')(compiling)
    return compileMs > 0 ? [...waited, { name: 'compile', from: compiling, to, cut: false } as const] : waited
  }

/** The active runs, whose number the admission bounds. */
class OpenRuns {
  readonly #now: () => number
  readonly #underWay = new Map<Key, Open>()

  constructor(now: () => number) {
    this.#now = now
  }

  #begin(key: Key, event: Accepted): Step {
    const command = commandOf(event)
    const run = runOf(command)
    const stage = command.type === 'start' ? 'fetching' : 'queued'
    const at = this.#now()
    this.#underWay.set(key, { run, receivedAt: command.receivedAt, stage, since: at, attempts: 0 })
    return { run, before: undefined, stage, at, phases: [], isResultDue: false }
  }

  #enter(open: Open, stage: Stage, phasesOf: (at: number) => readonly Phase[] = () => []): Step {
    const { run, stage: before } = open
    const at = this.#now()
    const phases = phasesOf(at)
    open.stage = stage
    open.since = at
    return { run, before, stage, at, phases, isResultDue: false }
  }

  #leave(key: Key, open: Open): Step {
    this.#underWay.delete(key)
    const name = PHASE_OF[open.stage]
    return this.#enter(open, 'over', name && spent(open, name, open.stage !== 'running'))
  }

  #end(key: Key, open: Open | undefined, event: Ended): Step {
    const { id, outcome, receivedAt } = event
    const result = { outcome, isResultDue: needsResult(event) }
    // A start that waits for an earlier one with its ID may be stopped before that one has ended.
    if (open?.receivedAt === receivedAt) return { ...this.#leave(key, open), ...result }
    const run = refusedOf(id, key)
    return { run, before: undefined, stage: 'over', at: this.#now(), phases: [], ...result }
  }

  #advance(key: Key, event: Event): Step | undefined {
    if (event.type === 'accepted') return this.#begin(key, event)
    const open = this.#underWay.get(key)
    if (event.type === 'ended') return this.#end(key, open, event)
    if (open === undefined) return undefined
    switch (event.type) {
      case 'fetching':
        open.attempts = event.attempt
        return undefined
      case 'fetched': {
        const { binary, from } = event
        const fetched = { binary, from, attempts: open.attempts }
        return { ...this.#enter(open, 'queued', spent(open, 'fetch')), fetched }
      }
      case 'running':
        return this.#enter(open, 'preparing', spent(open, 'queue'))
      case 'started':
        return this.#enter(open, 'running', prepared(open, event.compileMs))
      case 'precompiled':
        return this.#enter(open, 'deployed')
      case 'announced': {
        const { run, stage } = open
        return { run, before: stage, stage, at: this.#now(), phases: [], isResultDue: true }
      }
      case 'replaced':
        return this.#leave(key, open)
      case 'downloading':
      case 'chunk':
      case 'serving':
      case 'output':
      case 'warning':
      case 'duplicate':
      case 'unknown-stop':
      case 'provided':
      case 'reported':
        return undefined
    }
  }

  /** The step that an event causes; undefined if it is none. */
  stepOf(event: TaskEvent): Step | undefined {
    if (event.type === 'rejected') return undefined
    return event.type === 'invocation'
      ? this.#advance(event.invocation, { ...event.event, id: event.id })
      : this.#advance(event.id, event)
  }
}

/**
 * The progress of runs and the duration of each phase, by the clock `now` (milliseconds). Tracks what is under way,
 * which admission bounds. A refused run has a single step, its end.
 *
 * @example
 * ```ts
 * const step$ = task$.pipe(phases(() => asyncScheduler.now()))
 * ```
 */
export const phases =
  (now: () => number): OperatorFunction<TaskEvent, Step> =>
  (event$) =>
    defer(() => {
      const open = new OpenRuns(now)
      return event$.pipe(mapDefined((event) => open.stepOf(event)))
    })
