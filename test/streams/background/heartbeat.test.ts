import { describe, it } from 'vitest'
import type { Connection } from '../../../src/model/connection.js'
import { heartbeat, type HeartbeatDeps } from '../../../src/streams/background/heartbeat.js'
import { marbles } from '../../support/marbles.js'

const links: Record<string, Connection> = {
  u: { state: 'up', sessionPresent: false },
  d: { state: 'down', reason: 'broker away' },
}

const beats = {
  b: {
    subtopic: 'control/proplet/alive',
    payload: { proplet_id: 'p1', status: 'alive', namespace: 'default' },
    keep: 'latest' as const,
  },
}

const settings: Omit<HeartbeatDeps, 'clock'> = {
  propletId: 'p1',
  namespace: 'default',
  intervalMs: 10,
  metadata: undefined,
}

describe('heartbeat', () => {
  it(
    'sends one at each connection, and at each interval from then on',
    marbles((m) => {
      const source = m.hot('---u', links)
      const subs = '         ^ 30ms !'
      const expected = '     ---b 9ms b 9ms b'
      m.expect(source.pipe(heartbeat({ ...settings, clock: m.scheduler })), subs).toBeObservable(
        expected,
        beats,
      )
      m.expect(source).toHaveSubscriptions(subs)
    }),
  )

  it(
    'is silent while disconnected, and sends one at the next connection',
    marbles((m) => {
      const source = m.hot('u 14ms d 29ms u', links)
      const subs = '         ^ 60ms !'
      const expected = '     b 9ms b 34ms b 9ms b'
      m.expect(source.pipe(heartbeat({ ...settings, clock: m.scheduler })), subs).toBeObservable(
        expected,
        beats,
      )
    }),
  )

  it(
    'never has two timers: a second `up` restarts the interval',
    marbles((m) => {
      const source = m.hot('u---u', links)
      const subs = '         ^ 30ms !'
      const expected = '     b---b 9ms b 9ms b'
      m.expect(source.pipe(heartbeat({ ...settings, clock: m.scheduler })), subs).toBeObservable(
        expected,
        beats,
      )
    }),
  )

  it(
    'sends none for a connection that is lost at once',
    marbles((m) => {
      const source = m.hot('(ud)', links)
      const subs = '         ^ 30ms !'
      m.expect(source.pipe(heartbeat({ ...settings, clock: m.scheduler })), subs).toBeObservable('-')
    }),
  )

  it(
    'includes the metadata if there is any',
    marbles((m) => {
      const source = m.hot('u', links)
      const subs = '         ^--!'
      const expected = '     b'
      const stage = heartbeat({ ...settings, metadata: { os: 'linux' }, clock: m.scheduler })
      m.expect(source.pipe(stage), subs).toBeObservable(expected, {
        b: { ...beats.b, payload: { ...beats.b.payload, metadata: { os: 'linux' } } },
      })
    }),
  )

  it(
    'stays silent, completes and fails with its source',
    marbles((m) => {
      const stage = heartbeat({ ...settings, clock: m.scheduler })
      const never = m.hot<Connection>('-')
      const empty = m.cold<Connection>('|')
      const failing = m.cold('u-#', links)
      m.expect(never.pipe(stage), '^--!').toBeObservable('-')
      m.expect(never).toHaveSubscriptions('^--!')
      m.expect(empty.pipe(stage)).toBeObservable('|')
      m.expect(empty).toHaveSubscriptions('(^!)')
      m.expect(failing.pipe(stage)).toBeObservable('b-#', beats)
      m.expect(failing).toHaveSubscriptions('^-!')
    }),
  )
})
