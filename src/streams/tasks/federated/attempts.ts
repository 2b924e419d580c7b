import { defer, retry, throwError, timeout, timer, type Observable, type SchedulerLike } from 'rxjs'
import { ExchangeError } from '../../../model/federated.js'

export type AttemptDeps = {
  /** Milliseconds for all attempts together. */
  readonly deadlineMs: number
  /** Uniform in [0, 1). */
  readonly random: () => number
  readonly clock: SchedulerLike
}

const RETRIES = 2
const FIRST_DELAY_MS = 250

/** Makes up to three attempts at something that emits once, while a retry may help; delays double, with jitter. */
export const attempts = <T>(exchange: () => Observable<T>, deps: AttemptDeps): Observable<T> => {
  const { deadlineMs, random, clock } = deps
  const delayOf = (attempt: number) => FIRST_DELAY_MS * 2 ** (attempt - 1) * (1 + random())
  return defer(exchange).pipe(
    retry({
      count: RETRIES,
      delay: (error: unknown, attempt) =>
        error instanceof ExchangeError && error.isPassing
          ? timer(delayOf(attempt), clock)
          : throwError(() => error),
    }),
    timeout({
      first: deadlineMs,
      scheduler: clock,
      with: () => throwError(() => new ExchangeError(`no answer within ${deadlineMs / 1000} s`, false)),
    }),
  )
}
