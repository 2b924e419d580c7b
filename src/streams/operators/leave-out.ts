import { catchError, EMPTY, type MonoTypeOperatorFunction } from 'rxjs'

/**
 * Reports an error and completes instead of passing it on.
 *
 * @example
 * ```ts
 * const reading$ = sensor$.pipe(leaveOut((error) => log.warn({ err: error }, 'Sensor failed')))
 * ```
 */
export const leaveOut = <T>(onError: (error: unknown) => void): MonoTypeOperatorFunction<T> =>
  catchError((error: unknown) => {
    onError(error)
    return EMPTY
  })
