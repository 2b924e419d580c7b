import { catchError, concat, defer, map, mergeMap, of, take, type Observable } from 'rxjs'
import type { Binary } from '../../model/binary.js'
import type { Received, StartCommand } from '../../model/command.js'
import type { RunProgress, TaskEvent } from '../../model/task-event.js'
import type { RunEvent, StopReason } from '../../model/runtime.js'
import { ended, failure } from '../../model/ended.js'
import { toRequest, type ExecuteDeps } from './execute.js'
import { messageOf } from '../../model/message-of.js'

const RUNNING: RunProgress = { type: 'running' }

/**
 * Compiles the binary of a latent task in a slot, frees the slot, and waits for `stop$`. An end by shutdown is not reported: the
 * task never had a result, and the Manager finds out with its next invocation.
 *
 * @example
 * ```ts
 * const events$ = precompile({ runtime, slots: createSlots(4) })(start, binary, NEVER)
 * ```
 */
export const precompile =
  ({ runtime, slots }: ExecuteDeps) =>
  (start: Received<StartCommand>, binary: Binary, stop$: Observable<StopReason>): Observable<TaskEvent> => {
    const { id } = start
    const stays$ = concat(
      of<TaskEvent>({ type: 'precompiled', id }),
      stop$.pipe(
        take(1),
        map((reason) =>
          reason === 'stopped'
            ? ended(start, { kind: reason, results: '' }, true)
            : // It stays in the journal, and is deployed again.
              ended({ ...start, sequence: undefined }, { kind: 'completed', results: '' }, true),
        ),
      ),
    )
    const toTaskEvents = (event: RunEvent | typeof RUNNING): Observable<TaskEvent> => {
      if (event.type !== 'ended') return of<TaskEvent>({ ...event, id })
      return event.outcome.kind === 'completed' ? stays$ : of(ended(start, event.outcome))
    }
    const request = { ...toRequest(start, binary), daemon: false, compileOnly: true } as const
    return slots
      .use(() =>
        concat(
          of(RUNNING),
          defer(() => runtime.run(request, stop$)),
        ),
      )
      .pipe(
        mergeMap(toTaskEvents),
        catchError((error: unknown) => of(ended(start, failure('runtime', messageOf(error))))),
      )
  }
