import { defer, finalize, mergeMap, Observable, take, type ObservableInput } from 'rxjs'

export type Slots = {
  /** Waits for a place, first come first served, runs the project in it, and frees it when that ends or is left. */
  readonly use: <T>(project: () => ObservableInput<T>) => Observable<T>
}

/**
 * A fixed number of places. Invariants: `free` is never below 0; nobody waits while a place is free; one who stops
 * waiting takes no place.
 */
export const createSlots = (size: number): Slots => {
  let free = size
  const waiting = new Set<() => void>()
  const release = () => {
    const [next] = waiting
    if (next === undefined) free += 1
    else next()
  }
  const place$ = new Observable<true>((subscriber) => {
    if (free > 0) {
      free -= 1
      subscriber.next(true)
      return undefined
    }
    const enter = () => {
      waiting.delete(enter)
      subscriber.next(true)
    }
    waiting.add(enter)
    return () => waiting.delete(enter)
  }).pipe(take(1))
  return {
    use: (project) => place$.pipe(mergeMap(() => defer(project).pipe(finalize(release)))),
  }
}
