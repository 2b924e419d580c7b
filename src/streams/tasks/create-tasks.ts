import type { OperatorFunction, SchedulerLike } from 'rxjs'
import type { InvokeCommand, Received, StartCommand, StopCommand } from '../../model/command.js'
import type { TaskEvent } from '../../model/task-event.js'
import { pinBinary, type PinDeps } from '../binaries/pin-binary.js'
import type { Admission } from '../commands/admit.js'
import { dedupe } from '../commands/dedupe.js'
import { createSlots } from '../operators/slots.js'
import { execute, type ExecuteDeps } from './execute.js'
import { federate, type FederateDeps } from './federated/federate.js'
import { invoke } from './invoke.js'
import { createLatents } from './latents.js'
import type { LifecycleDeps } from './lifecycle.js'
import { precompile } from './precompile.js'
import { task, type TaskDeps } from './task.js'

/**
 * The runtime, the cache and the limits that tasks share.
 *
 * @example
 * ```ts
 * const single = (deps: TasksDeps): TasksDeps => ({ ...deps, settings: { ...deps.settings, maxTasks: 1 } })
 * ```
 */
export type TasksDeps = {
  readonly settings: {
    readonly propletId: string
    readonly maxTasks: number
    readonly maxLatentBytes: number
  }
  readonly cache: PinDeps['cache']
  readonly runtime: ExecuteDeps['runtime']
  readonly journal: ExecuteDeps['journal']
  readonly federated: Omit<FederateDeps, 'propletId' | 'slots' | 'clock'>
  readonly clock: SchedulerLike
}

/**
 * The stages around a task: how its binary is acquired, whether it is admitted, and the shutdown.
 *
 * @example
 * ```ts
 * const parts: TasksParts = { acquire: acquireBinary, admit: admission.admit, shutdown$ }
 * ```
 */
export type TasksParts = {
  readonly acquire: TaskDeps['acquire']
  readonly admit: Admission['admit']
  readonly shutdown$: LifecycleDeps['shutdown$']
}

/**
 * The operators that run and invoke tasks.
 *
 * @example
 * ```ts
 * const events$ = (tasks: Tasks) => start$.pipe(tasks.runUntilStopped())
 * ```
 */
export type Tasks = {
  /** Runs each started task, or deploys it if it is latent, until it ends or is stopped. */
  readonly runUntilStopped: () => OperatorFunction<Received<StartCommand | StopCommand>, TaskEvent>
  /** Invokes latent tasks, until each invocation ends or its task is stopped. */
  readonly invokeUntilStopped: () => OperatorFunction<Received<InvokeCommand | StopCommand>, TaskEvent>
}

/**
 * Runs tasks, daemons, latent tasks and their invocations in the slots of one runtime.
 *
 * @example
 * ```ts
 * const tasks = createTasks({ acquire: acquireBinary, admit: admission.admit, shutdown$ }, deps)
 * const events$ = merge(start$.pipe(tasks.runUntilStopped()), invoke$.pipe(tasks.invokeUntilStopped()))
 * ```
 */
export const createTasks = ({ acquire, admit, shutdown$ }: TasksParts, deps: TasksDeps): Tasks => {
  const { settings, clock } = deps
  const slotted = { runtime: deps.runtime, journal: deps.journal, slots: createSlots(settings.maxTasks) }
  const executed = execute(slotted)
  const precompiled = precompile(slotted)
  const pinned = pinBinary(deps)
  const federated = federate({
    ...deps.federated,
    propletId: settings.propletId,
    slots: createSlots(settings.maxTasks),
    clock,
  })
  const latents = createLatents({ maxBytes: settings.maxLatentBytes, clock })

  const runBinary: TaskDeps['execute'] = (command, binary, reason$) =>
    pinned(
      binary,
      federated(command, (start) => executed(start, binary, reason$), reason$),
    )
  const compileBinary: TaskDeps['execute'] = (start, binary, reason$) =>
    pinned(binary, precompiled(start, binary, reason$))
  const run = task({ acquire, execute: runBinary, shutdown$ })
  const deploy = task({ acquire, execute: compileBinary, shutdown$ })

  return {
    runUntilStopped: () =>
      dedupe({
        task: (start, stop$) =>
          admit(start, () =>
            start.latent ? latents.register(start, deploy(start, stop$)) : run(start, stop$),
          ),
        clock,
      }),
    invokeUntilStopped: () => invoke({ find: latents.find, admit, execute: runBinary, shutdown$, clock }),
  }
}
