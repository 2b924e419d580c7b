import { catchError, concat, defer, from, map, merge, mergeMap, of, take, type Observable } from 'rxjs'
import type { Received, StartCommand } from '../../../model/command.js'
import type { Round } from '../../../model/round.js'
import type { Reported, TaskEnded, TaskEvent, Warning } from '../../../model/task-event.js'
import type { StopReason } from '../../../model/runtime.js'
import { ended } from '../../../model/ended.js'
import { attempts, type AttemptDeps } from './attempts.js'
import { COORDINATOR, neededEndpoint } from './endpoint.js'
import { messageOf } from '../../../model/message-of.js'
import type { FederatedHttp, FederatedUrls, Printed } from '../../../model/federated.js'

export type ReportDeps = AttemptDeps & {
  readonly urls: FederatedUrls
  readonly read: (stdout: string) => Observable<Printed>
  readonly post: FederatedHttp['post']
}

type Ended = TaskEnded & { readonly id: string }

/** Whether there is an update to report. Tasks with an early result have none: their output went to the log. */
export const hasUpdate = (event: TaskEvent): event is Ended & { readonly round: Round } =>
  event.type === 'ended' &&
  event.round !== undefined &&
  event.outcome.kind === 'completed' &&
  !event.announced

/**
 * Sends what a task of a round printed to the coordinator, or to the channel if the coordinator is unreachable or refuses; then
 * the task ends with its update. A stop ends it without; a shutdown stops waiting for the coordinator.
 */
export const report =
  (deps: ReportDeps) =>
  (
    start: Received<StartCommand>,
    event: Ended & { readonly round: Round },
    reason$: Observable<StopReason>,
  ): Observable<TaskEvent> => {
    const { id, round, outcome } = event
    const warning = (message: string): Warning & { readonly id: string } => ({ type: 'warning', id, message })
    const reported = (to: Reported['to']): TaskEvent => ({ type: 'reported', id, round: round.id, to })

    const deliver = (json: string, end: TaskEvent): Observable<TaskEvent> => {
      const byChannel = (why: string) => [
        warning(`the coordinator did not accept the update; publishing it on the channel instead: ${why}`),
        reported({ channel: json }),
        end,
      ]
      const posted$ = defer(() => {
        const endpoint = neededEndpoint(COORDINATOR, start.env, deps.urls, ['update'])
        return attempts(() => deps.post(endpoint, json), deps).pipe(
          take(1),
          map(() => [reported({ url: endpoint.shown }), end]),
          catchError((error: unknown) => of(byChannel(`${endpoint.shown}: ${messageOf(error)}`))),
        )
      })
      const cut$ = reason$.pipe(
        map((reason) =>
          reason === 'stopped'
            ? [ended(start, { kind: 'stopped', results: outcome.results })]
            : byChannel('the proplet is shutting down'),
        ),
      )
      return merge(cut$, posted$).pipe(
        take(1),
        mergeMap((events) => from(events)),
      )
    }

    return defer(() => deps.read(outcome.results)).pipe(
      take(1),
      mergeMap(({ json, ...update }) => {
        const end: TaskEvent = { ...event, round: { ...round, update } }
        if (json !== undefined) return deliver(json, end)
        return concat(
          of(warning('stdout is not one JSON object: there is no update for the coordinator')),
          of(end),
        )
      }),
    )
  }
