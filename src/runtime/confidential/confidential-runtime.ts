import {
  catchError,
  concat,
  defer,
  filter,
  map,
  merge,
  mergeMap,
  of,
  ReplaySubject,
  share,
  take,
  takeUntil,
  takeWhile,
  tap,
  type Observable,
} from 'rxjs'
import type { Binary } from '../../model/binary.js'
import { messageOf } from '../../model/message-of.js'
import type { RunEvent, RunRequest, Runtime, StopReason } from '../../model/runtime.js'

export type OpenedBinary = {
  readonly binary: Binary
  /** Reports something for the log. */
  readonly warnings: readonly string[]
}

/** Opens an encrypted binary; errors with a message for the Manager. */
export type OpenBinary = (binary: Binary, kbsResourcePath: string | undefined) => Observable<OpenedBinary>

const stopped = (reason: StopReason): RunEvent => ({
  type: 'ended',
  outcome:
    reason === 'stopped'
      ? { kind: 'stopped', results: '' }
      : { kind: 'failed', code: 'shutdown', error: 'stopped: the proplet is shutting down', results: '' },
  runMs: 0,
})

const failed = (error: unknown): RunEvent => ({
  type: 'ended',
  outcome: { kind: 'failed', code: 'binary', error: messageOf(error), results: '' },
  runMs: 0,
})

/**
 * Lets a runtime run encrypted binaries. Each is decrypted just before it runs, with a key that is requested each time,
 * so there are no more plain binaries than running tasks. Other binaries pass unchanged.
 */
export const withEncrypted = <R extends Runtime>(runtime: R, open: OpenBinary): R => ({
  ...runtime,
  run: (request: RunRequest, given$: Observable<StopReason>): Observable<RunEvent> => {
    const { binary, kbsResourcePath } = request
    if (binary.seal === undefined) return runtime.run(request, given$)
    return defer(() => {
      const stop$ = given$.pipe(take(1), share({ connector: () => new ReplaySubject<StopReason>(1) }))
      let isOpened = false
      const opened$ = defer(() => open(binary, kbsResourcePath)).pipe(
        takeUntil(stop$),
        tap(() => (isOpened = true)),
      )
      const run$ = opened$.pipe(
        mergeMap((opened) =>
          concat(
            opened.warnings.map((message): RunEvent => ({ type: 'warning', message })),
            runtime.run({ ...request, binary: opened.binary }, stop$),
          ),
        ),
        catchError((error: unknown) => of(failed(error))),
      )
      // Once it runs, the runtime handles the stop, because its output belongs to the result.
      const stopped$ = stop$.pipe(
        filter(() => !isOpened),
        map(stopped),
      )
      return merge(run$, stopped$).pipe(takeWhile(({ type }) => type !== 'ended', true))
    })
  },
})
