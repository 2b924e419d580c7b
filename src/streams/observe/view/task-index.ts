import type { Invocation } from '../../../model/command.js'
import type { Run } from '../../../model/step.js'
import type { InvocationEvent, TaskEvent } from '../../../model/task-event.js'
import type { Entry } from './entry.js'

/** An event of a task or invocation that was accepted. */
export type OwnEvent = Exclude<TaskEvent, { readonly type: 'rejected' | 'invocation' }> | InvocationEvent

export type TaskIndex = {
  /** Also after the end of the run. */
  readonly ofRun: (run: Run) => Entry | undefined
  /** The name of the task under way with this ID. */
  readonly nameOf: (id: string) => string | undefined
  /** The event as its task or invocation sees it; undefined if none is under way. */
  readonly locate: (event: TaskEvent) => { readonly entry: Entry; readonly event: OwnEvent } | undefined
  readonly add: (run: Run, entry: Entry) => void
  /** From here on, events with its ID or invocation are for it. */
  readonly open: (run: Run, entry: Entry) => void
  /** Ends `open`, unless a later run has taken over the ID. */
  readonly close: (run: Run, entry: Entry) => void
}

/** Finds entries by run, and those under way by task ID or invocation. */
export const createTaskIndex = (): TaskIndex => {
  const byRun = new WeakMap<Run, Entry>()
  const byId = new Map<string, Entry>()
  const byInvocation = new Map<Invocation, Entry>()
  const located = (entry: Entry | undefined, event: OwnEvent) => entry && { entry, event }
  return {
    ofRun: (run) => byRun.get(run),
    nameOf: (id) => byId.get(id)?.name,
    locate: (event) => {
      if (event.type === 'rejected') return undefined
      return event.type === 'invocation'
        ? located(byInvocation.get(event.invocation), event.event)
        : located(byId.get(event.id), event)
    },
    add: (run, entry) => {
      byRun.set(run, entry)
    },
    open: ({ id, invocation }, entry) => {
      if (invocation === undefined) byId.set(id, entry)
      else byInvocation.set(invocation, entry)
    },
    close: ({ id, invocation }, entry) => {
      if (invocation !== undefined) byInvocation.delete(invocation)
      else if (byId.get(id) === entry) byId.delete(id)
    },
  }
}
