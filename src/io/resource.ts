import { Observable } from 'rxjs'

/**
 * A resource that is opened and must be closed: emitted once it is open, and closed when nobody is subscribed any more,
 * even if it opens only then. Errors if it cannot be opened; never completes.
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
