import { NEVER } from 'rxjs'
import { describe, it } from 'vitest'
import { shutdown } from '../../../src/streams/tasks/shutdown.js'
import { marbles } from '../../support/marbles.js'

const stages = { d: 'draining' as const, x: 'deadline' as const }

describe('shutdown', () => {
  it(
    'drains from the request until the deadline',
    marbles((m) => {
      const stop$ = m.hot('---s------', stages)
      const subs = '       ^--!'
      const expected = '   ---d 9ms (x|)'
      m.expect(shutdown(stop$, { graceMs: 10, clock: m.scheduler })).toBeObservable(expected, stages)
      m.expect(stop$).toHaveSubscriptions(subs)
    }),
  )

  it(
    'begins once, however often it is requested',
    marbles((m) => {
      const stop$ = m.hot('-s-s-s-s', stages)
      const subs = '       ^!'
      const expected = '   -d 9ms (x|)'
      m.expect(shutdown(stop$, { graceMs: 10, clock: m.scheduler })).toBeObservable(expected, stages)
      m.expect(stop$).toHaveSubscriptions(subs)
    }),
  )

  it(
    'replays its state to late subscribers, even after the deadline, with one subscription to its source',
    marbles((m) => {
      const stop$ = m.hot('  -s-------', stages)
      const stopSubs = '     ^!'
      const early = '        ^'
      const earlyExpected = '-d 9ms (x|)'
      const late = '         ------^'
      const lateExpected = ' ------d----(x|)'
      const after = '        20ms ^'
      const afterExpected = '20ms (x|)'
      const shutdown$ = shutdown(stop$, { graceMs: 10, clock: m.scheduler })
      m.expect(shutdown$, early).toBeObservable(earlyExpected, stages)
      m.expect(shutdown$, late).toBeObservable(lateExpected, stages)
      m.expect(shutdown$, after).toBeObservable(afterExpected, stages)
      m.expect(stop$).toHaveSubscriptions(stopSubs)
    }),
  )

  it(
    'unsubscribes from its source, and resets, without subscribers',
    marbles((m) => {
      const stop$ = m.hot('-s--s-', stages)
      const first = '      ^--!'
      const second = '     ---^-!'
      const third = '      ------^--!'
      const shutdown$ = shutdown(stop$, { graceMs: 10, clock: m.scheduler })
      m.expect(shutdown$, first).toBeObservable(' -d', stages)
      m.expect(shutdown$, second).toBeObservable('----d', stages)
      m.expect(shutdown$, third).toBeObservable(' -', stages)
      m.expect(stop$).toHaveSubscriptions(['^!', '---^!', '------^--!'])
    }),
  )

  it(
    'has no draining phase with a grace of 0',
    marbles((m) => {
      const stop$ = m.hot('-s', stages)
      const expected = '   -(dx|)'
      m.expect(shutdown(stop$, { graceMs: 0, clock: m.scheduler })).toBeObservable(expected, stages)
    }),
  )

  it(
    'never begins without a request, and fails with its source',
    marbles((m) => {
      const settings = { graceMs: 10, clock: m.scheduler }
      const empty = m.cold('|')
      const failing = m.cold('-#')
      m.expect(shutdown(NEVER, settings), '^--!').toBeObservable('-')
      m.expect(shutdown(empty, settings)).toBeObservable('|')
      m.expect(empty).toHaveSubscriptions('(^!)')
      m.expect(shutdown(failing, settings)).toBeObservable('-#')
      m.expect(failing).toHaveSubscriptions('^!')
    }),
  )
})
