import { NEVER, of, type Observable } from 'rxjs'
import type { Context } from 'rxjs-marbles'
import type { Received, StartCommand } from '../../src/model/command.js'
import type { TaskEvent, TaskProgress } from '../../src/model/task-event.js'
import type { RunEvent, Runtime } from '../../src/model/runtime.js'
import { execute } from '../../src/streams/tasks/execute.js'
import { shutdown } from '../../src/streams/tasks/shutdown.js'
import { createSlots } from '../../src/streams/operators/slots.js'
import { task } from '../../src/streams/tasks/task.js'
import { binary, completed, endOf, failed, start, stopped } from './model.js'
import { fakeRuntime } from './runtime.js'

export const progress: Record<string, TaskProgress> = {
  f: { type: 'fetching', image: 'img', attempt: 1 },
  c: { type: 'chunk', received: 1, total: 2 },
  F: { type: 'fetched', binary: binary('wasm'), from: 'registry' },
}

export const plain = start('t')

export const daemon = start('t', { daemon: true })

/** The events of a task, by their letter in marble diagrams. */
export const eventsOf = (command: Received<StartCommand>): Record<string, TaskEvent> => ({
  a: { type: 'accepted', id: 't', start: command },
  f: { type: 'fetching', id: 't', image: 'img', attempt: 1 },
  c: { type: 'chunk', id: 't', received: 1, total: 2 },
  F: { type: 'fetched', id: 't', binary: binary('wasm'), from: 'registry' },
  r: { type: 'running', id: 't' },
  s: { type: 'started', id: 't', compileMs: 1 },
  n: { type: 'announced', results: '', id: 't', receivedAt: 0 },
  h: { type: 'serving', id: 't', address: '127.0.0.1', port: 8222 },
  m: { type: 'announced', results: 'started at port 8222', id: 't', receivedAt: 0 },
  e: endOf('t', completed('30')),
  // Stopped before it ran, and while it ran.
  x: endOf('t', stopped()),
  X: endOf('t', stopped('so far')),
  N: endOf('t', failed('shutdown', 'ended by the shutdown', 'so far'), { announced: true }),
  d: endOf('t', failed('shutdown', 'task not started: the proplet is shutting down')),
  D: endOf('t', failed('shutdown', 'ended by the shutdown', 'so far')),
  b: endOf('t', failed('binary', 'no such image')),
  B: endOf('t', failed('runtime', 'no child')),
  u: endOf('t', failed('runtime', 'the task ended without an outcome')),
})

type Given = {
  readonly acquire?: () => Observable<TaskProgress>
  readonly runtime?: Pick<Runtime, 'run'>
  readonly run?: Observable<RunEvent>
  readonly slots?: number
  /** Emits when the shutdown begins; its deadline is 10 ms later. */
  readonly end$?: Observable<unknown>
}

/** The real stages with ports of the test; unless overridden, the binary is available and runs until stopped. */
export const taskWith = (m: Context, given: Given) => {
  const shutdown$ = shutdown(given.end$ ?? NEVER, { graceMs: 10, clock: m.scheduler })
  const stage = task({
    acquire:
      given.acquire ??
      (() => of<TaskProgress>({ type: 'fetched', binary: binary('wasm'), from: 'registry' })),
    execute: execute({
      runtime: given.runtime ?? fakeRuntime(() => given.run ?? NEVER, m.scheduler),
      slots: createSlots(given.slots ?? 1),
    }),
    shutdown$,
  })
  return { stage, shutdown$ }
}
