import {
  concat,
  concatMap,
  connect,
  endWith,
  ignoreElements,
  merge,
  of,
  takeUntil,
  type Observable,
} from 'rxjs'
import type { Binary } from '../../model/binary.js'
import type { TaskEvent } from '../../model/task-event.js'

export type PinDeps = {
  readonly cache: {
    /** Keeps the file of a digest while subscribed to; never emits. */
    readonly hold: (digest: string) => Observable<never>
    /** Forgets a digest. */
    readonly evict: (digest: string) => Observable<never>
  }
}

const isUnusable = (event: TaskEvent): boolean =>
  event.type === 'ended' && event.outcome.kind === 'failed' && event.outcome.code === 'binary'

/**
 * Looks after the file of a binary: it stays as long as its task, as a server and a latent task have it loaded again; and one
 * that turns out to be damaged is forgotten before the task ends, so that the next fetch brings it anew.
 */
export const pinBinary =
  ({ cache }: PinDeps) =>
  ({ digest, content }: Binary, run$: Observable<TaskEvent>): Observable<TaskEvent> =>
    'path' in content
      ? run$.pipe(
          connect((event$) =>
            merge(cache.hold(digest).pipe(takeUntil(event$.pipe(ignoreElements(), endWith(true)))), event$),
          ),
          concatMap((event) => (isUnusable(event) ? concat(cache.evict(digest), of(event)) : of(event))),
        )
      : run$
