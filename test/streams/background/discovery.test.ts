import { merge } from 'rxjs'
import { describe, it } from 'vitest'
import type { Connection } from '../../../src/model/connection.js'
import { discovery } from '../../../src/streams/background/discovery.js'
import { heartbeat } from '../../../src/streams/background/heartbeat.js'
import { marbles } from '../../support/marbles.js'

const links: Record<string, Connection> = {
  u: { state: 'up', sessionPresent: true },
  d: { state: 'down', reason: 'broker away' },
}

const identity = { propletId: 'p1', namespace: 'default', metadata: { os: 'linux' } }

const publications = {
  c: {
    subtopic: 'control/proplet/create',
    payload: { proplet_id: 'p1', namespace: 'default', metadata: { os: 'linux' } },
    keep: 'all' as const,
  },
  b: {
    subtopic: 'control/proplet/alive',
    payload: { proplet_id: 'p1', status: 'alive', namespace: 'default' },
    keep: 'latest' as const,
  },
}

describe('discovery', () => {
  it(
    'announces the proplet at the first connection, and never again (trap 4)',
    marbles((m) => {
      const source = m.hot('-d-u--d--u|', links)
      const subs = '         ^--!'
      const expected = '     ---(c|)'
      m.expect(source.pipe(discovery(identity))).toBeObservable(expected, publications)
      m.expect(source).toHaveSubscriptions(subs)
    }),
  )

  it(
    'precedes the first heartbeat',
    marbles((m) => {
      const source = m.hot('--u', links)
      const subs = '         ^-----!'
      const expected = '     --(cb)'
      const beat$ = source.pipe(
        heartbeat({ ...identity, metadata: undefined, intervalMs: 10, clock: m.scheduler }),
      )
      m.expect(merge(source.pipe(discovery(identity)), beat$), subs).toBeObservable(expected, publications)
    }),
  )

  it(
    'stays silent, completes and fails with its source, and unsubscribes from it',
    marbles((m) => {
      const down = m.hot('    -d--', links)
      const empty = m.cold<Connection>('|')
      const failing = m.cold<Connection>('-#')
      m.expect(down.pipe(discovery(identity)), '^--!').toBeObservable('-')
      m.expect(down).toHaveSubscriptions('       ^--!')
      m.expect(empty.pipe(discovery(identity))).toBeObservable('|')
      m.expect(empty).toHaveSubscriptions('(^!)')
      m.expect(failing.pipe(discovery(identity))).toBeObservable('-#')
      m.expect(failing).toHaveSubscriptions('^!')
    }),
  )
})
