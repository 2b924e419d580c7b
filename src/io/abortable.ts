import { Observable } from 'rxjs'

/** Runs `work` for each subscriber; unsubscribing aborts its signal. Emits what the promise gives, and completes. */
export const abortable = <T>(work: (signal: AbortSignal) => Promise<T>): Observable<T> =>
  new Observable((subscriber) => {
    const controller = new AbortController()
    let isSettled = false
    work(controller.signal).then(
      (value) => {
        isSettled = true
        subscriber.next(value)
        subscriber.complete()
      },
      (error: unknown) => {
        isSettled = true
        if (!controller.signal.aborted) subscriber.error(error)
      },
    )
    return () => {
      // Aborting what is over would cost an error with a stack trace each time.
      if (!isSettled) controller.abort()
    }
  })
