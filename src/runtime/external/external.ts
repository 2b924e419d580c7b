import { basename } from 'node:path'
import { Observable } from 'rxjs'
import { Watchdog } from '../embedded/run/watchdog.js'
import { findWrapper } from '../embedded/guests/wrapper.js'
import type { RunEvent, RunRequest, Runtime, StopReason } from '../../model/runtime.js'
import type { ExternalOptions } from './options.js'
import { Planner } from './plan/planner.js'
import { Ports } from './ports.js'
import { removeAbandoned, removeAbandonedInMemory } from './private-directory.js'
import { ExternalTask, type TaskParts } from './task.js'

export type ExternalRuntime = Runtime & {
  /** Ends all running tasks, as a shutdown does. Resolves when their processes and directories are gone. */
  close(): Promise<void>
}

const WATCH_INTERVAL_MS = 100

/**
 * Runs each task in a process of a program with the command line of wasmtime. The caller limits how many run at once.
 * This process never parses a binary.
 */
export function createExternalRuntime(options: ExternalOptions): ExternalRuntime {
  const wrapper = lazily(findWrapper)
  const parts: TaskParts = {
    options,
    planner: new Planner({ wrapper }),
    watchdog: new Watchdog(WATCH_INTERVAL_MS),
    wrapper,
    ports: new Ports(),
  }
  const running = new Set<ExternalTask>()
  const swept = sweep(options)

  return {
    name: `${basename(options.program)}-external`,
    run: (request: RunRequest, stop$: Observable<StopReason>): Observable<RunEvent> =>
      new Observable((subscriber) => {
        const task = new ExternalTask(request, parts, {
          event: (event) => subscriber.next(event),
          ended: (outcome, runMs) => {
            running.delete(task)
            subscriber.next({ type: 'ended', outcome, runMs })
            subscriber.complete()
          },
        })
        running.add(task)
        subscriber.add(stop$.subscribe((reason) => task.stop(reason)))
        return () => task.kill('stopped')
      }),
    usage: (id) => [...running].find((task) => task.id === id)?.usage(),
    close: async () => {
      for (const task of running) task.kill('shutdown')
      await Promise.all([swept, ...[...running].map(({ over }) => over)])
    },
  }
}

const lazily = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}

async function sweep({ temporaryDirectory, log }: ExternalOptions): Promise<void> {
  try {
    const removed = (await removeAbandoned(temporaryDirectory)) + (await removeAbandonedInMemory())
    if (removed > 0) log.info({ removed }, 'Removed leftover private directories of tasks')
  } catch (error) {
    log.warn({ err: error }, 'Failed to remove leftover private directories')
  }
}
