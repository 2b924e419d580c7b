import { defer, finalize, mergeMap, Observable, take, type ObservableInput } from 'rxjs'

/**
 * A fixed number of slots, shared by all users.
 *
 * @example
 * ```ts
 * const inSlot = (slots: Slots) => slots.use((leave) => run(start, stop$).pipe(finalize(leave)))
 * ```
 */
export type Slots = {
  /**
   * Waits for a slot, first come first served, runs the project in it, and frees it when that ends, is unsubscribed, or
   * calls `leave`.
   */
  readonly use: <T>(project: (leave: () => void) => ObservableInput<T>) => Observable<T>
}

/**
 * A fixed number of slots. Invariants: `free` is never below 0; nobody waits while a slot is free, except those that `fill` is
 * letting in; a waiter that unsubscribes takes no slot.
 *
 * @example
 * ```ts
 * const slots = createSlots(4)
 * const events$ = slots.use(() => run(start, stop$))
 * ```
 */
export const createSlots = (size: number): Slots => {
  let free = size
  let filling = false
  const waiting = new Set<() => void>()

  // A loop, not a recursion: projects that end synchronously free their slot while `enter` is still on the stack.
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
  const slot$ = new Observable<true>((subscriber) => {
    const enter = () => subscriber.next(true)
    waiting.add(enter)
    fill()
    return () => waiting.delete(enter)
  }).pipe(take(1))
  return {
    use: (project) =>
      slot$.pipe(
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
