import { defer, merge, Subject, type Observable, type OperatorFunction } from 'rxjs'

/**
 * Lets a stage hear of what comes of its own work: `project` gets the source together with what it feeds back. That does
 * not complete with the source, so `project` tells when it is done.
 */
export const feedBack =
  <T, F, R>(
    project: (value$: Observable<T | F>, feed: (value: F) => void) => Observable<R>,
  ): OperatorFunction<T, R> =>
  (source$) =>
    defer(() => {
      const fed$ = new Subject<F>()
      return project(merge(fed$, source$), (value) => fed$.next(value))
    })
