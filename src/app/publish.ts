import { connect, from, merge, mergeMap, of, tap, type Observable } from 'rxjs'
import type { Publication } from '../model/publication.js'
import type { Journal } from '../io/journal/index.js'
import type { Logger } from '../io/log/log.js'
import { isFinal, type MqttLink } from '../io/mqtt/index.js'
import { mapDefined } from '../streams/operators/map-defined.js'
import { insteadOf } from './undelivered.js'
import type { Delivery } from '../model/delivery.js'

export type PublishDeps = { readonly journal: Journal | undefined; readonly log: Logger }

/** Results that find no room, or come too late, are left to the next process. */
const isLeft = (delivery: Delivery): boolean =>
  delivery.at === 'rejected' && (delivery.cause === 'closed' || delivery.cause === 'overflow')

/**
 * Publishes, beginning with what an earlier process left, and replaces a result that the broker refuses by a failure;
 * reports the fate of each.
 */
export const publish = (
  { journal, log }: PublishDeps,
  link: Pick<MqttLink, 'send'>,
  publication$: Observable<Publication>,
): Observable<Delivery> => {
  const report = ({ at, publication }: Delivery) => {
    if (at === 'acknowledged' && publication.subtopic === 'control/proplet/create')
      log.info('Published discovery message')
  }
  const settle = (delivery: Delivery) => {
    const { sequence } = delivery.publication
    if (sequence !== undefined && isFinal(delivery) && !isLeft(delivery)) journal?.settle(sequence)
  }
  const replace = (delivery: Delivery): Publication | undefined => {
    const replacement = insteadOf(delivery)
    const { sequence } = delivery.publication
    return replacement === undefined || sequence === undefined || journal === undefined
      ? replacement
      : journal.replace(sequence, replacement)
  }
  return link.send(merge(from(journal?.results ?? []), publication$)).pipe(
    tap(report),
    connect((delivery$) =>
      merge(
        // Subscribed first, so that a replacement is recorded before what it replaces is settled.
        delivery$.pipe(
          mapDefined(replace),
          mergeMap((replacement) => link.send(of(replacement)).pipe(tap(settle))),
        ),
        delivery$.pipe(tap(settle)),
      ),
    ),
  )
}
