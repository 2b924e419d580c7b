import { catchError, concatMap, mergeMap, of, tap, type Observable } from 'rxjs'
import type { Received, StartCommand } from '../../../model/command.js'
import type { TaskEvent } from '../../../model/task-event.js'
import type { StopReason } from '../../../model/runtime.js'
import { ended, failure } from '../../../model/ended.js'
import type { Slots } from '../../operators/slots.js'
import { EndpointError } from './endpoint.js'
import { prepare, withPropletId, type PrepareDeps } from './prepare.js'
import { hasUpdate, report, type ReportDeps } from './report.js'
import { messageOf } from '../../../model/message-of.js'

/**
 * The HTTP of federated learning, its endpoints, and the slots that bound prepared tasks.
 *
 * @example
 * ```ts
 * const offline = (deps: FederateDeps): FederateDeps => ({
 *   ...deps,
 *   urls: { modelRegistry: undefined, dataStore: undefined, coordinator: undefined },
 * })
 * ```
 */
export type FederateDeps = PrepareDeps &
  ReportDeps & {
    /** Bounds the data fetched for tasks that do not run yet; tasks that need none take no slot. */
    readonly slots: Slots
  }

type Start = Received<StartCommand>

/**
 * Fetches the model and dataset of a federated learning task before it runs, and reports its update afterwards.
 *
 * @example
 * ```ts
 * const events$ = federate(federateDeps)(start, (prepared) => runBinary(prepared, binary, NEVER), NEVER)
 * ```
 */
export const federate = (deps: FederateDeps) => {
  const { isNeeded, prepare: prepared } = prepare(deps)
  const reported = report(deps)
  return (
    command: Start,
    run: (start: Start) => Observable<TaskEvent>,
    reason$: Observable<StopReason>,
  ): Observable<TaskEvent> => {
    const start = withPropletId(command, deps.propletId)
    if (!isNeeded(start)) return run(start)
    return deps.slots
      .use((leave) =>
        prepared(start).pipe(
          mergeMap((event): Observable<TaskEvent> => {
            if (event.type !== 'prepared') return of<TaskEvent>({ ...event, id: start.id })
            return run(event.start).pipe(
              tap(({ type }) => {
                if (type === 'running') leave()
              }),
            )
          }),
          catchError((error: unknown) => {
            if (!(error instanceof EndpointError)) throw error
            return of<TaskEvent>(ended(start, failure('rejected', messageOf(error))))
          }),
        ),
      )
      .pipe(concatMap((event) => (hasUpdate(event) ? reported(start, event, reason$) : of(event))))
  }
}
