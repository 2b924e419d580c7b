import { concat, NEVER, of } from 'rxjs'
import { describe, it } from 'vitest'
import { idleTimer } from '../../../src/streams/operators/idle-timer.js'
import { marbles } from '../../support/marbles.js'

const states = { i: false, b: true }
const zero = { 0: 0 as const }

describe('idleTimer', () => {
  it(
    'emits after its time if nothing is ever busy, whether or not that ends',
    marbles((m) => {
      const never$ = concat(of(false), NEVER)
      m.expect(idleTimer(5, of(false), m.scheduler)).toBeObservable('5ms (0|)', zero)
      m.expect(idleTimer(5, never$, m.scheduler)).toBeObservable('   5ms (0|)', zero)
    }),
  )

  it(
    'does not count the time for which it is busy, and the same state twice changes nothing',
    marbles((m) => {
      const isBusy$ = m.cold('i-ib-b 9ms i-b-i', states)
      const expected = '      20ms (0|)'
      const subs = '          ^ 19ms !'
      m.expect(idleTimer(6, isBusy$, m.scheduler)).toBeObservable(expected, zero)
      m.expect(isBusy$).toHaveSubscriptions(subs)
    }),
  )

  it(
    'waits for as long as it is busy',
    marbles((m) => {
      const isBusy$ = m.cold('b', states)
      m.expect(idleTimer(5, isBusy$, m.scheduler), '^ 99ms !').toBeObservable('-')
      m.expect(isBusy$).toHaveSubscriptions('^ 99ms !')
    }),
  )

  it(
    'waits while the state is unknown, and passes its error on',
    marbles((m) => {
      const isBusy$ = m.cold('---i-#', states)
      m.expect(idleTimer(5, isBusy$, m.scheduler)).toBeObservable('-----#')
      m.expect(idleTimer(1, isBusy$, m.scheduler)).toBeObservable('----(0|)', zero)
    }),
  )
})
