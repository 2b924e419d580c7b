import { filter, map, take, type OperatorFunction } from 'rxjs'
import type { Connection } from '../../model/connection.js'
import type { Publication } from '../../model/publication.js'

/**
 * What the discovery message says.
 *
 * @example
 * ```ts
 * const discoveryDeps: DiscoveryDeps = { propletId: 'proplet-1', namespace: 'default', metadata: {} }
 * ```
 */
export type DiscoveryDeps = {
  readonly propletId: string
  readonly namespace: string
  readonly metadata: object
}

/**
 * Announces the proplet when the link first comes up, and only then: a second announcement may wipe its record.
 *
 * @example
 * ```ts
 * const publication$ = connection$.pipe(
 *   discovery({ propletId: 'proplet-1', namespace: 'default', metadata: { os: 'linux' } }),
 * )
 * ```
 */
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
