import { ignoreElements, Observable, share, tap, type Subscriber } from 'rxjs'

/**
 * One stream per key of a source. Unlike with a `filter` per stream, a value is only delivered to
 * subscribers of its key; without any it is dropped. The source is subscribed to while any stream is.
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
