import { Observable } from 'rxjs/internal/Observable'

const NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const

export type StopSignal = keyof typeof NUMBERS

/**
 * Emits the first SIGINT or SIGTERM. A second one exits the process at once with 128 + its number, even after everyone has
 * unsubscribed.
 *
 * @example
 * ```ts
 * const proplet$ = createProplet({ config, stop$: stopSignal(process) })
 * ```
 */
export const stopSignal = (target: NodeJS.Process): Observable<StopSignal> =>
  new Observable((subscriber) => {
    let asked = false
    const onSignal = (signal: NodeJS.Signals) => {
      const stop = signal as StopSignal
      if (asked) target.exit(128 + NUMBERS[stop])
      asked = true
      subscriber.next(stop)
    }
    for (const signal of Object.keys(NUMBERS)) target.on(signal, onSignal)
    return () => {
      if (asked) return
      for (const signal of Object.keys(NUMBERS)) target.off(signal, onSignal)
    }
  })
