import { catchError, EMPTY, type MonoTypeOperatorFunction } from 'rxjs'

/** What fails is reported, and left out: the stream completes in its place. */
export const leaveOut = <T>(onError: (error: unknown) => void): MonoTypeOperatorFunction<T> =>
  catchError((error: unknown) => {
    onError(error)
    return EMPTY
  })
