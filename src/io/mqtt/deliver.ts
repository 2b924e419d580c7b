import { Observable } from 'rxjs'
import type { Delivery } from '../../model/delivery.js'
import type { Publication } from '../../model/publication.js'
import { isFinal } from './delivery.js'
import type { MqttOptions } from './options.js'
import type { Outbox } from './outbox.js'
import type { RejectionLog } from './rejection-log.js'
import type { Session } from './session.js'

export type DeliverDeps = Pick<MqttOptions, 'journal' | 'qos'> & {
  readonly outbox: Outbox
  readonly session: Session
  readonly rejections: RejectionLog
  /** Called when the outbox has changed. */
  readonly changed: () => void
}

/**
 * Adds a publication to the outbox on subscription and emits its delivery. One that was in flight when an earlier process ended
 * continues under its packet ID.
 */
export const deliverBy =
  ({ outbox, session, rejections, journal, qos, changed }: DeliverDeps) =>
  (publication: Publication): Observable<Delivery> =>
    new Observable((subscriber) => {
      const report = (delivery: Delivery) => {
        rejections.report(delivery)
        subscriber.next(delivery)
        if (isFinal(delivery)) subscriber.complete()
      }
      const flight = publication.sequence === undefined ? undefined : journal?.flight(publication.sequence)
      if (flight === undefined || qos === 0) outbox.offer(publication, report)
      else {
        const entry = outbox.adopt(publication, report)
        if (entry !== undefined) {
          session.flights.resume(flight.messageId, entry, flight.isReleased)
          session.completed.addBefore(flight.messageId)
        }
      }
      changed()
    })
