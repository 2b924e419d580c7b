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

/**
 * The cache that holds the files of binaries.
 *
 * @example
 * ```ts
 * const pinDeps: PinDeps = { cache: { hold: () => NEVER, evict: () => EMPTY } }
 * ```
 */
export type PinDeps = {
  readonly cache: {
    /** Keeps the file of a digest while subscribed to; never emits. */
    readonly hold: (digest: string) => Observable<never>
    /** Evicts a digest. */
    readonly evict: (digest: string) => Observable<never>
  }
}

const isUnusable = (event: TaskEvent): boolean =>
  event.type === 'ended' && event.outcome.kind === 'failed' && event.outcome.code === 'binary'

/**
 * Keeps the file of a binary in the cache as long as its task, since servers and latent tasks load it again. A damaged file
 * is evicted before the task ends, so the next fetch replaces it.
 *
 * @example
 * ```ts
 * const pinned$ = pinBinary({ cache })(binary, runBinary(start, binary, NEVER))
 * ```
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
