import { catchError, defer, filter, mergeMap, of, type Observable } from 'rxjs'
import type { Binary } from '../../model/binary.js'
import { messageOf } from '../../model/message-of.js'
import type { TaskProgress } from '../../model/task-event.js'

/** The cached binary, with a warning that says `why` it is used. A failing cache counts as empty. */
export const fromCache = (
  cached: () => Observable<Binary | undefined>,
  why?: string,
): Observable<TaskProgress> =>
  defer(cached).pipe(
    filter((binary) => binary !== undefined),
    mergeMap((binary) =>
      of<TaskProgress[]>(
        ...(why === undefined
          ? []
          : [{ type: 'warning', message: `${why}; using the cached copy` } as const]),
        { type: 'fetched', binary, from: 'cache' },
      ),
    ),
    catchError((error: unknown) =>
      of<TaskProgress>({ type: 'warning', message: `cache: ${messageOf(error)}` }),
    ),
  )
