import { filter, map, take, type OperatorFunction } from 'rxjs'
import type { Connection } from '../../model/connection.js'
import type { Publication } from '../../model/publication.js'

export type DiscoveryDeps = {
  readonly propletId: string
  readonly namespace: string
  readonly metadata: object
}

/** Announces the proplet the first time the link is up, and never again: a second time may wipe its record. */
export const discovery = ({
  propletId,
  namespace,
  metadata,
}: DiscoveryDeps): OperatorFunction<Connection, Publication> => {
  const announcement: Publication = {
    subtopic: 'control/proplet/create',
    payload: { proplet_id: propletId, namespace, metadata },
    keep: 'all',
  }
  return (connection$) =>
    connection$.pipe(
      filter(({ state }) => state === 'up'),
      take(1),
      map(() => announcement),
    )
}
