import { Observable } from 'rxjs'

/** Runs `work` for each subscriber; unsubscribing aborts its signal. Emits what the promise gives, and completes. */
export const abortable = <T>(work: (signal: AbortSignal) => Promise<T>): Observable<T> =>
  new Observable((subscriber) => {
    const controller = new AbortController()
    work(controller.signal).then(
      (value) => {
        subscriber.next(value)
        subscriber.complete()
      },
      (error: unknown) => {
        if (!controller.signal.aborted) subscriber.error(error)
      },
    )
    return () => {
      controller.abort()
    }
  })
