import { Observable } from 'rxjs'

/**
 * Something that is opened and has to be closed: emitted once it is open, and closed when nobody is subscribed any more,
 * also when it opens only then. Errors when it can't be opened; never completes.
 */
export const resource = <T>(
  open: () => Promise<T>,
  close: (opened: T) => void | Promise<void>,
): Observable<T> =>
  new Observable((subscriber) => {
    const opened = open()
    opened.then(
      (value) => subscriber.next(value),
      (error: unknown) => subscriber.error(error),
    )
    return () => {
      void opened.then(close).catch(() => undefined)
    }
  })
