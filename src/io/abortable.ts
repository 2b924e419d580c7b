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
      // Aborting what is over would cost an error with a stack trace each time.
      if (!isSettled) controller.abort()
    }
  })

/** Runs `work` for each subscriber; unsubscribing aborts its signal. Emits what the promise gives, and completes. */
export const abortable = <T>(work: (signal: AbortSignal) => Promise<T>): Observable<T> =>
  running<T, T>(
    (_, signal) => work(signal),
    (subscriber, value) => subscriber.next(value),
  )

/** As `abortable`, but for work that emits as it goes on. */
export const producing = <T>(
  work: (emit: (value: T) => void, signal: AbortSignal) => Promise<void>,
): Observable<T> =>
  running(
    (subscriber: Subscriber<T>, signal) => work((value) => subscriber.next(value), signal),
    () => undefined,
  )
