import { defer, interval, map, merge, startWith, tap, throttleTime } from 'rxjs'
import type { Observable, SchedulerLike } from 'rxjs'
import type { Connection } from '../../model/connection.js'
import type { ChannelMessage } from '../client/channel-message.js'
import { WatchModel, type WatchCaps } from './model.js'
import type { WatchView } from './rows.js'

export type WatchViewDeps = {
  readonly clock: SchedulerLike
  readonly caps: WatchCaps
  /** Minimum time between two views, in milliseconds. */
  readonly frameMs: number
  /** Maximum time between two views, because ages change; in milliseconds. */
  readonly tickMs: number
}

/** The view and its changes, from the start; never completes. */
export const watchView = (
  message$: Observable<ChannelMessage>,
  connection$: Observable<Connection>,
  { clock, caps, frameMs, tickMs }: WatchViewDeps,
): Observable<WatchView> =>
  defer(() => {
    const model = new WatchModel(caps)
    let link: Connection | undefined
    return merge(
      message$.pipe(tap((message) => model.take(message, clock.now()))),
      connection$.pipe(tap((connection) => (link = connection))),
      interval(tickMs, clock),
    ).pipe(
      startWith(undefined),
      throttleTime(frameMs, clock, { leading: true, trailing: true }),
      map(() => model.view(clock.now(), link)),
    )
  })
