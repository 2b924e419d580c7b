import { defer, finalize, mergeMap, Observable, take, type ObservableInput } from 'rxjs'

export type Slots = {
  /**
   * Waits for a place, first come first served, runs the project in it, and frees it when that ends, is left, or says so
   * by `leave`.
   */
  readonly use: <T>(project: (leave: () => void) => ObservableInput<T>) => Observable<T>
}

/**
 * A fixed number of places. Invariants: `free` is never below 0; nobody waits while a place is free, but for those
 * whom `fill` is just letting in; one who stops waiting takes no place.
 */
export const createSlots = (size: number): Slots => {
  let free = size
  let filling = false
  const waiting = new Set<() => void>()

  // A loop, not a recursion: projects that end synchronously free their place while `enter` is still on the stack.
  const fill = () => {
    if (filling) return
    filling = true
    try {
      for (const enter of waiting) {
        if (free === 0) break
        free -= 1
        waiting.delete(enter)
        enter()
      }
    } finally {
      filling = false
    }
  }
  const release = () => {
    free += 1
    fill()
  }
  const place$ = new Observable<true>((subscriber) => {
    const enter = () => subscriber.next(true)
    waiting.add(enter)
    fill()
    return () => waiting.delete(enter)
  }).pipe(take(1))
  return {
    use: (project) =>
      place$.pipe(
        mergeMap(() => {
          let isInside = true
          const leave = () => {
            if (isInside) release()
            isInside = false
          }
          return defer(() => project(leave)).pipe(finalize(leave))
        }),
      ),
  }
}
