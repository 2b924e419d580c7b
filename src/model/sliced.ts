/**
 * Work in slices of about a millisecond, even before the engine has compiled its code. Whoever runs it decides when to go on, so
 * that the event loop can turn in between.
 */
export type Sliced<T> = Generator<undefined, T, undefined>

/** Runs all slices without a pause. */
export const atOnce = <T>(work: Sliced<T>): T => {
  for (;;) {
    const next = work.next()
    if (next.done === true) return next.value
  }
}
