import { concat, delay, map, merge, NEVER, take, takeWhile, type Observable, type SchedulerLike } from 'rxjs'
import type { RunEvent, Runtime, StopReason } from '../../src/model/runtime.js'
import { completed, failed, stopped } from './model.js'

/** Events of runs, by their letter in marble diagrams. */
export const runEvents: Record<string, RunEvent> = {
  s: { type: 'started', compileMs: 1 },
  h: { type: 'serving', address: '127.0.0.1', port: 8222 },
  o: { type: 'output', stream: 'stdout', data: new Uint8Array([111]) },
  w: { type: 'warning', message: 'fell back to main' },
  e: { type: 'ended', outcome: completed('30'), runMs: 1 },
  x: { type: 'ended', outcome: failed('trap', 'unreachable', 'so far'), runMs: 1 },
}

const endedBy = (reason: StopReason): RunEvent => ({
  type: 'ended',
  outcome: reason === 'stopped' ? stopped('so far') : failed('shutdown', 'ended by the shutdown', 'so far'),
  runMs: 1,
})

/** Runs `run$` of the request's name, and ends it as the contract of `Runtime` requires: some time after a stop. */
export const fakeRuntime = (
  runOf: (name: string) => Observable<RunEvent>,
  clock: SchedulerLike,
  dyingMs = 2,
): Pick<Runtime, 'run'> => ({
  run: ({ name }, stop$) =>
    merge(concat(runOf(name), NEVER), stop$.pipe(take(1), delay(dyingMs, clock), map(endedBy))).pipe(
      takeWhile(({ type }) => type !== 'ended', true),
    ),
})
