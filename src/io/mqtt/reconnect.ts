import { EMPTY, ignoreElements, merge, repeat, startWith, switchMap, tap, timer, type Observable } from 'rxjs'
import { connectOnce } from './connection.js'
import type { ConnectionContext, Ended, Up } from './connection-events.js'

export type ReconnectDeps = {
  readonly context: ConnectionContext
  readonly onUp: (up: Up) => void
  readonly onEnded: (ended: Ended) => void
  /** Emits when the outbox may have something to send. */
  readonly changes$: Observable<void>
  /** Emits when the connection should end with a DISCONNECT. */
  readonly disconnect$: Observable<void>
  /** The delay before the next connection, in milliseconds. */
  readonly nextDelayMs: () => number
}

/** Connects again and again, as long as it is subscribed to; emits nothing and never errors. */
export const reconnect = (deps: ReconnectDeps): Observable<never> => {
  const { context, onUp, onEnded, changes$, disconnect$, nextDelayMs } = deps
  return connectOnce(context).pipe(
    tap((event) => (event.type === 'up' ? onUp(event) : onEnded(event))),
    switchMap((event) =>
      event.type === 'ended'
        ? EMPTY
        : merge(
            changes$.pipe(startWith(undefined), tap(event.pump)),
            disconnect$.pipe(tap(event.disconnect)),
          ),
    ),
    repeat({ delay: () => timer(nextDelayMs()) }),
    ignoreElements(),
  )
}
