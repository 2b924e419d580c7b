import { catchError, concat, defer, mergeMap, of, type Observable } from 'rxjs'
import type { Binary } from '../../model/binary.js'
import type { Received, StartCommand } from '../../model/command.js'
import type { TaskEvent } from '../../model/task-event.js'
import type { RunEvent, RunRequest, Runtime, StopReason } from '../../model/runtime.js'
import { ended, failure, ofCommand } from '../../model/ended.js'
import type { TaskJournal } from '../../model/journal.js'
import type { Slots } from '../operators/slots.js'
import { messageOf } from '../../model/message-of.js'

/**
 * The runtime, and the slots that bound it.
 *
 * @example
 * ```ts
 * const executeDeps: ExecuteDeps = { runtime, slots: createSlots(4) }
 * ```
 */
export type ExecuteDeps = {
  readonly runtime: Pick<Runtime, 'run'>
  readonly slots: Slots
  readonly journal?: Pick<TaskJournal, 'begin'> | undefined
}

/**
 * The request to the runtime for a start command.
 *
 * @example
 * ```ts
 * const run$ = runtime.run(toRequest(start, binary), NEVER)
 * ```
 */
export const toRequest = (start: StartCommand, binary: Binary): RunRequest => ({
  id: start.id,
  name: start.name,
  binary,
  inputs: start.inputs,
  cliArgs: start.cliArgs,
  env: start.env,
  daemon: start.daemon,
  ...(start.halStoragePath !== undefined && { halStoragePath: start.halStoragePath }),
  ...(start.kbsResourcePath !== undefined && { kbsResourcePath: start.kbsResourcePath }),
})

/** The result that is due with this event, if any. */
const announcementOf = (event: RunEvent, { daemon }: StartCommand): string | undefined => {
  if (event.type === 'serving') return `started at port ${event.port}`
  return event.type === 'started' && daemon ? '' : undefined
}

/**
 * Runs one task in a slot. Daemons take no slot, and a server leaves its slot once it listens. `stop$` ends a running task;
 * one that still waits for a slot is ended by unsubscribing.
 *
 * @example
 * ```ts
 * const events$ = execute({ runtime, slots: createSlots(4) })(start, binary, NEVER)
 * ```
 */
export const execute =
  ({ runtime, slots, journal }: ExecuteDeps) =>
  (start: Received<StartCommand>, binary: Binary, stop$: Observable<StopReason>): Observable<TaskEvent> => {
    const run = (leave: () => void) => {
      let announced = false
      const announce = (results: string): TaskEvent => {
        announced = true
        leave()
        return { type: 'announced', id: start.id, results, receivedAt: start.receivedAt, ...ofCommand(start) }
      }
      const toTaskEvents = (event: RunEvent): readonly TaskEvent[] => {
        if (event.type === 'ended') return [ended(start, event.outcome, announced)]
        const taskEvent: TaskEvent = { ...event, id: start.id }
        const results = announcementOf(event, start)
        return results === undefined || announced ? [taskEvent] : [taskEvent, announce(results)]
      }
      return concat(
        of<TaskEvent>({ type: 'running', id: start.id }),
        defer(() => {
          if (start.sequence !== undefined) journal?.begin(start.sequence)
          return runtime.run(toRequest(start, binary), stop$)
        }).pipe(mergeMap(toTaskEvents)),
      ).pipe(
        catchError((error: unknown) => of(ended(start, failure('runtime', messageOf(error)), announced))),
      )
    }
    return start.daemon ? defer(() => run(() => undefined)) : slots.use(run)
  }
