import { defer, merge, Subject, type Observable, type OperatorFunction } from 'rxjs'

/**
 * Feeds the output of a stage back into it: `project` gets the source merged with the feedback. That does
 * not complete with the source, so `project` decides when it is done.
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
