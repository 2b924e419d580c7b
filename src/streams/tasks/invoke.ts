import {
  concat,
  connect,
  defer,
  filter,
  finalize,
  ignoreElements,
  map,
  mergeMap,
  of,
  timer,
  type Observable,
  type OperatorFunction,
  type SchedulerLike,
} from 'rxjs'
import type { InvokeCommand, Received, StartCommand, StopCommand } from '../../model/command.js'
import type { InvocationEvent, TaskEvent } from '../../model/task-event.js'
import type { Admission } from '../commands/admit.js'
import { REDELIVERY_MS } from '../commands/dedupe.js'
import { ended, ofCommand } from '../../model/ended.js'
import { notPrecompiled, type Latent, type Latents } from './latents.js'
import { lifecycle, type LifecycleDeps } from './lifecycle.js'
import { ofType } from '../operators/of-type.js'
import type { TaskDeps } from './task.js'

/**
 * How to find, admit and execute a latent task.
 *
 * @example
 * ```ts
 * const invokeDeps: InvokeDeps = {
 *   find: latents.find,
 *   admit: admission.admit,
 *   execute: runBinary,
 *   shutdown$,
 *   clock: asyncScheduler,
 * }
 * ```
 */
export type InvokeDeps = {
  readonly find: Latents['find']
  readonly admit: Admission['admit']
  readonly execute: TaskDeps['execute']
  readonly shutdown$: LifecycleDeps['shutdown$']
  readonly clock: SchedulerLike
}

type Invoke = Received<InvokeCommand>

/** The task that an invocation runs: that of the start command, with its own inputs and additional variables. */
const toStart = ({ start }: Latent, invoke: Invoke): Received<StartCommand> => ({
  ...start,
  latent: false,
  daemon: false,
  inputs: invoke.inputs,
  env: { ...start.env, ...invoke.env },
  receivedAt: invoke.receivedAt,
  sequence: invoke.sequence,
})

const wrapped = ({ id, invocation }: Invoke, event: InvocationEvent): TaskEvent => ({
  type: 'invocation',
  id,
  invocation,
  event,
})

/** If the file was damaged after compilation, the Manager has to deploy the task again. */
const withDamage = (event: TaskEvent): TaskEvent => {
  if (event.type !== 'ended' || event.outcome.kind !== 'failed' || event.outcome.code !== 'binary')
    return event
  const { outcome } = event
  return ended(event, { ...outcome, error: notPrecompiled(event.id, ` any more: ${outcome.error}`) })
}

/** An invocation that did not run may be repeated under its ID as soon as the Manager has deployed the task. */
const isFinal = (event: TaskEvent): boolean => {
  if (event.type !== 'invocation' || event.event.type !== 'ended') return false
  const { outcome } = event.event
  return outcome.kind !== 'failed' || (outcome.code !== 'binary' && outcome.code !== 'overloaded')
}

/**
 * Runs latent tasks, as many invocations at once as there are slots; a stop of the task ends them. A named invocation is not
 * run again while it runs or within `REDELIVERY_MS` of its end; unnamed ones cannot be told apart.
 *
 * @example
 * ```ts
 * const events$ = invoke$.pipe(
 *   invoke({ find: latents.find, admit: admission.admit, execute: runBinary, shutdown$, clock: asyncScheduler }),
 * )
 * ```
 */
export const invoke = ({
  find,
  admit,
  execute,
  shutdown$,
  clock,
}: InvokeDeps): OperatorFunction<Received<InvokeCommand | StopCommand>, TaskEvent> => {
  const redelivery$ = timer(REDELIVERY_MS, clock).pipe(ignoreElements())
  const invocation = (command: Invoke, stop$: Observable<'stopped'>): Observable<TaskEvent> => {
    const { id } = command
    const wrap = (event: InvocationEvent): TaskEvent => wrapped(command, event)
    const run: LifecycleDeps['run'] = (reason$) =>
      find(id).pipe(
        mergeMap((latent) => execute(toStart(latent, command), latent.binary, reason$)),
        map(withDamage),
      )
    const lives = () =>
      concat(
        of(wrap({ type: 'accepted', invoke: command })),
        lifecycle({ origin: command, lasting: false, run, stop$, shutdown$ }).pipe(
          ofType('provided', 'running', 'started', 'warning', 'output', 'reported', 'ended'),
          map(wrap),
        ),
      )
    return admit(command, lives).pipe(map((event) => (event.type === 'ended' ? wrap(event) : event)))
  }

  return connect((command$) =>
    defer(() => {
      const taken = new Set<string>()
      return command$.pipe(
        ofType('invoke'),
        mergeMap((command): Observable<TaskEvent> => {
          const { id, invocation: named } = command
          const stop$ = command$.pipe(
            ofType('stop'),
            filter((stop) => stop.id === id),
            map(() => 'stopped' as const),
          )
          if (named.id === undefined) return invocation(command, stop$)
          const key = JSON.stringify([id, named.id])
          if (taken.has(key)) return of(wrapped(command, { type: 'duplicate', ...ofCommand(command) }))
          taken.add(key)
          return invocation(command, stop$).pipe(
            mergeMap((event) => (isFinal(event) ? concat(of(event), redelivery$) : of(event))),
            finalize(() => taken.delete(key)),
          )
        }),
      )
    }),
  )
}
