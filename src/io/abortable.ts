import { Observable, type Subscriber } from 'rxjs'

const running = <T, R>(
  work: (subscriber: Subscriber<T>, signal: AbortSignal) => Promise<R>,
  settle: (subscriber: Subscriber<T>, result: R) => void,
): Observable<T> =>
  new Observable((subscriber) => {
    const controller = new AbortController()
    let isSettled = false
    work(subscriber, controller.signal).then(
      (result) => {
        isSettled = true
        settle(subscriber, result)
        subscriber.complete()
      },
      (error: unknown) => {
        isSettled = true
        if (!controller.signal.aborted) subscriber.error(error)
      },
    )
    return () => {
      // Aborting after the end would cost an error with a stack trace each time.
      if (!isSettled) controller.abort()
    }
  })

/** Runs `work` for each subscriber; unsubscribing aborts its signal. Emits the value of the promise, and completes. */
export const abortable = <T>(work: (signal: AbortSignal) => Promise<T>): Observable<T> =>
  running<T, T>(
    (_, signal) => work(signal),
    (subscriber, value) => subscriber.next(value),
  )

/** Like `abortable`, for work that emits several values. */
export const producing = <T>(
  work: (emit: (value: T) => void, signal: AbortSignal) => Promise<void>,
): Observable<T> =>
  running(
    (subscriber: Subscriber<T>, signal) => work((value) => subscriber.next(value), signal),
    () => undefined,
  )
