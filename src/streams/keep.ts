import { concat, concatMap, connect, endWith, filter, merge, of, takeUntil, type Observable } from 'rxjs'
import type { Binary } from '../model/binary.js'
import type { TaskEvent } from '../model/task-event.js'

export type KeepDeps = {
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
 * Looks after the file of a binary: it stays, however long its task waits for a place, until the guest has loaded it,
 * or to the end of a latent task, which is loaded again and again; and one that turns out to be damaged is forgotten before the task ends, so that the next fetch brings it anew.
 */
export const keep =
  ({ cache }: KeepDeps) =>
  (
    { digest, content }: Binary,
    run$: Observable<TaskEvent>,
    until: 'started' | 'ended' = 'started',
  ): Observable<TaskEvent> =>
    'path' in content
      ? run$.pipe(
          connect((event$) => {
            const loaded$ = event$.pipe(
              filter(({ type }) => type === until),
              endWith(undefined),
            )
            return merge(cache.hold(digest).pipe(takeUntil(loaded$)), event$)
          }),
          concatMap((event) => (isUnusable(event) ? concat(cache.evict(digest), of(event)) : of(event))),
        )
      : run$
