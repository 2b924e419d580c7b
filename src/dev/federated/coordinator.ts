import { filter, firstValueFrom, map, Subject, take, timeout, toArray } from 'rxjs'
import { parseObject } from '../json.js'
import { connectPeer, type PeerOptions } from '../peer.js'
import { startJsonServer, type JsonServer } from './json-server.js'
import { toUpdate, type UpdateMessage } from './update.js'

/** An update, and how it arrived. */
export type ReceivedUpdate = UpdateMessage & { readonly via: 'HTTP' | 'MQTT' }

export type Coordinator = JsonServer & {
  /** Opens a round; resolves to its updates once this many proplets have sent one. Later ones are refused. */
  readonly round: (id: string, wanted: number) => Promise<readonly ReceivedUpdate[]>
  /** Refuses requests with this status from now on; undefined accepts them again. */
  readonly failWith: (status: number | undefined) => void
}

const UPDATES = 'fl/rounds/+/updates/+'
const ROUND_MS = 60_000

type Round = { readonly seen: Set<string>; readonly updates: Subject<ReceivedUpdate> }

/** A coordinator for rounds of k of n proplets: accepts `POST /update` and updates on the channel. */
export const startCoordinator = async (broker: PeerOptions): Promise<Coordinator> => {
  const rounds = new Map<string, Round>()
  let failure: number | undefined

  /** Returns false if there is no such round. Each proplet counts once, however often it sends. */
  const accept = (update: ReceivedUpdate): boolean => {
    const round = rounds.get(update.roundId)
    if (round === undefined) return false
    if (round.seen.has(update.propletId)) return true
    round.seen.add(update.propletId)
    round.updates.next(update)
    return true
  }
  const server = await startJsonServer(({ method, segments, body }) => {
    if (method !== 'POST' || segments.join('/') !== 'update') return { status: 404 }
    if (failure !== undefined) return { status: failure }
    const update = body && toUpdate(body)
    if (update === undefined) return { status: 400 }
    return { status: accept({ ...update, via: 'HTTP' }) ? 200 : 409 }
  })
  const peer = await connectPeer(broker, [UPDATES])
  const subscription = peer.messages$
    .pipe(
      map(({ payload }) => parseObject(payload)),
      map((body) => body && toUpdate(body)),
      filter((update) => update !== undefined),
    )
    .subscribe((update) => accept({ ...update, via: 'MQTT' }))
  return {
    url: server.url,
    failWith: (status) => (failure = status),
    round: async (id, wanted) => {
      const updates = new Subject<ReceivedUpdate>()
      rounds.set(id, { seen: new Set(), updates })
      try {
        return await firstValueFrom(updates.pipe(take(wanted), toArray(), timeout({ first: ROUND_MS })))
      } finally {
        rounds.delete(id)
      }
    },
    close: async () => {
      subscription.unsubscribe()
      await Promise.all([peer.close(), server.close()])
    },
  }
}
