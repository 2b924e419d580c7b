import { ignoreElements, Observable, share, tap, type Subscriber } from 'rxjs'

/**
 * The streams of all keys of a source. Unlike a `filter` in each of them, a value costs nothing but what those do who
 * listen to its key; one that nobody listens to is dropped. The source is subscribed to while anybody listens.
 */
export const routeByKey = <T>(
  source$: Observable<T>,
  keyOf: (value: T) => string,
): ((key: string) => Observable<T>) => {
  const listeners = new Map<string, Set<Subscriber<T>>>()
  const routed$ = source$.pipe(
    tap((value) => {
      for (const listener of [...(listeners.get(keyOf(value)) ?? [])]) listener.next(value)
    }),
    ignoreElements(),
    share(),
  )
  return (key) =>
    new Observable((subscriber) => {
      const ofKey = listeners.get(key) ?? new Set()
      listeners.set(key, ofKey.add(subscriber))
      subscriber.add(() => {
        ofKey.delete(subscriber)
        if (ofKey.size === 0 && listeners.get(key) === ofKey) listeners.delete(key)
      })
      subscriber.add(
        routed$.subscribe({
          error: (error: unknown) => subscriber.error(error),
          complete: () => subscriber.complete(),
        }),
      )
    })
}
