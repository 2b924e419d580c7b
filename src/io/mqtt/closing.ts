import { EMPTY, concat, defer, filter, ignoreElements, merge, of, startWith, switchMap, take } from 'rxjs'
import { takeUntil, tap, timer, type Observable } from 'rxjs'
import type { Connection } from '../../model/connection.js'
import type { Publication } from '../../model/publication.js'
import type { Outbox } from './outbox.js'
import type { Delivery } from '../../model/delivery.js'

export type CloseReport = {
  /**
   * The farewell, if any, was acknowledged, and the connection ended with a DISCONNECT: the broker will not publish the Last
   * Will.
   */
  readonly clean: boolean
  /** The number of undelivered publications, not counting the farewell. */
  readonly undelivered: number
}

export type ClosingParts = {
  readonly outbox: Outbox
  /** Emits when an entry was added to or removed from the outbox, or the connection was lost. */
  readonly changes$: Observable<void>
  readonly connection$: Observable<Connection>
  readonly isUp: () => boolean
  readonly deliver: (publication: Publication) => Observable<Delivery>
  readonly disconnect: () => void
}

/** Time reserved before the deadline for the DISCONNECT, in milliseconds. */
const DISCONNECT_MS = 500

/** Flushes the outbox, delivers the farewell, and disconnects; reports and completes by the deadline. */
export const closeLink = (
  { outbox, changes$, connection$, isUp, deliver, disconnect }: ClosingParts,
  farewell: Publication | undefined,
  deadlineMs: number,
): Observable<CloseReport> =>
  defer(() => {
    const deadline = performance.now() + deadlineMs
    const deadline$ = (reserveMs: number) => timer(Math.max(0, deadline - performance.now() - reserveMs))
    let offered = false
    let delivered = false
    let clean = false

    const flushed$ = changes$.pipe(
      startWith(undefined),
      filter(() => outbox.empty),
      take(1),
    )
    const offer$ = defer(() => {
      if (!isUp()) return EMPTY
      if (farewell === undefined) return of({ at: 'acknowledged' as const })
      offered = true
      const refuseMore$ = defer(() => {
        outbox.close()
        return EMPTY
      })
      return merge(deliver(farewell), refuseMore$)
    })
    const farewell$ = flushed$.pipe(
      switchMap(() => offer$),
      filter(({ at }) => at === 'acknowledged'),
      take(1),
      tap(() => (delivered = true)),
      takeUntil(deadline$(Math.min(DISCONNECT_MS, deadlineMs / 4))),
      ignoreElements(),
    )
    const disconnect$ = defer(() => {
      if (!delivered) return EMPTY
      disconnect()
      return connection$.pipe(
        filter(({ state }) => state === 'down'),
        take(1),
        tap(() => (clean = true)),
        takeUntil(deadline$(0)),
        ignoreElements(),
      )
    })
    const report$ = defer(() => {
      const { waiting, inflight } = outbox.stats
      return of({ clean, undelivered: waiting + inflight - (offered && !delivered ? 1 : 0) })
    })
    return concat(farewell$, disconnect$, report$)
  })
