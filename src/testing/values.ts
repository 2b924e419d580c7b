import type { Received, StartCommand, StopCommand } from '../model/command.js'
import type { Connection } from '../model/connection.js'
import type { FailureCode, Outcome } from '../model/outcome.js'
import type { TaskEvent } from '../model/task-event.js'

/**
 * The link to the broker came up. `sessionPresent`: the broker still has the session, and kept messages for it.
 *
 * @example
 * ```ts
 * const connection$ = hot('u', { u: connected() })
 * ```
 */
export const connected = (sessionPresent = false): Connection => ({ state: 'up', sessionPresent })

/**
 * The link to the broker was lost, for a reason as the log would name it.
 *
 * @example
 * ```ts
 * const connection$ = hot('u 9s d', { u: connected(), d: disconnected('keepalive timeout') })
 * ```
 */
export const disconnected = (reason = 'connection closed'): Connection => ({ state: 'down', reason })

/**
 * The outcome of a task that completed, with the text of its results.
 *
 * @example
 * ```ts
 * const outcome$ = hot('a', { a: { id: 'sum', outcome: completed('30') } })
 * ```
 */
export const completed = (results = ''): Outcome => ({ kind: 'completed', results })

/**
 * The outcome of a task that failed: why, a stable code, and what its standard output held.
 *
 * @example
 * ```ts
 * const outcome$ = hot('a', { a: { id: 'sum', outcome: failed('out of memory', 'memory') } })
 * ```
 */
export const failed = (error: string, code: FailureCode = 'trap', results = ''): Outcome => ({
  kind: 'failed',
  code,
  error,
  results,
})

/**
 * The outcome of a task that a command stopped, with what its standard output held.
 *
 * @example
 * ```ts
 * const outcome$ = hot('a', { a: { id: 'sum', outcome: stopped() } })
 * ```
 */
export const stopped = (results = ''): Outcome => ({ kind: 'stopped', results })

/**
 * The event by which `task$` tells the end of a task. `receivedAt`: when its command came, in milliseconds of the clock.
 *
 * @example
 * ```ts
 * const task$ = hot('--a', { a: endedTask('sum', completed('30')) })
 * ```
 */
export const endedTask = (
  id: string,
  outcome: Outcome,
  receivedAt = 0,
): Extract<TaskEvent, { readonly type: 'ended' }> => ({
  type: 'ended',
  id,
  outcome,
  receivedAt,
  announced: false,
})

/**
 * A command that starts a task: `fields` over the defaults, which call `main` of a small image without inputs.
 *
 * @example
 * ```ts
 * const command$ = hot('a', { a: startCommand('sum', { inputs: ['10', '20'] }) })
 * ```
 */
export const startCommand = (
  id: string,
  fields: Partial<Omit<Received<StartCommand>, 'type' | 'id'>> = {},
): Received<StartCommand> => ({
  name: 'main',
  source: { type: 'image', image: 'registry.example/task:1' },
  inputs: [],
  cliArgs: [],
  env: {},
  daemon: false,
  latent: false,
  encrypted: false,
  kbsResourcePath: undefined,
  monitoringProfile: undefined,
  restart: false,
  broadcast: false,
  propletId: undefined,
  receivedAt: 0,
  ...fields,
  type: 'start',
  id,
})

/**
 * A command that stops a task. `receivedAt`: when it came, in milliseconds of the clock.
 *
 * @example
 * ```ts
 * const command$ = hot('a-b', { a: startCommand('sum'), b: stopCommand('sum', 2) })
 * ```
 */
export const stopCommand = (id: string, receivedAt = 0): Received<StopCommand> => ({
  type: 'stop',
  id,
  broadcast: false,
  propletId: undefined,
  receivedAt,
})
