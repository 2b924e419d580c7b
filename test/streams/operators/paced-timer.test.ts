import { concat, NEVER, of } from 'rxjs'
import { describe, it } from 'vitest'
import { pacedTimer } from '../../../src/streams/operators/paced-timer.js'
import { marbles } from '../../support/marbles.js'

const paces = { r: 1, h: 0.5, s: 0 }
const zero = { 0: 0 as const }

describe('pacedTimer', () => {
  it(
    'emits after its time at the pace of real time, whether or not the paces end',
    marbles((m) => {
      const never$ = concat(of(1), NEVER)
      m.expect(pacedTimer(5, of(1), m.scheduler)).toBeObservable('5ms (0|)', zero)
      m.expect(pacedTimer(5, never$, m.scheduler)).toBeObservable(' 5ms (0|)', zero)
    }),
  )

  it(
    'does not count the time for which it stands still, and the same pace twice changes nothing',
    marbles((m) => {
      const pace$ = m.cold('r-rs-s 9ms r-s-r', paces)
      const expected = '    20ms (0|)'
      const subs = '        ^ 19ms !'
      m.expect(pacedTimer(6, pace$, m.scheduler)).toBeObservable(expected, zero)
      m.expect(pace$).toHaveSubscriptions(subs)
    }),
  )

  it(
    'counts half the time at half the pace',
    marbles((m) => {
      const pace$ = m.cold('r---h---------r', paces)
      const expected = '    15ms (0|)'
      m.expect(pacedTimer(10, pace$, m.scheduler)).toBeObservable(expected, zero)
      m.expect(pacedTimer(10, m.cold('h', paces), m.scheduler)).toBeObservable('20ms (0|)', zero)
    }),
  )

  it(
    'waits for as long as it stands still',
    marbles((m) => {
      const pace$ = m.cold('s', paces)
      m.expect(pacedTimer(5, pace$, m.scheduler), '^ 99ms !').toBeObservable('-')
      m.expect(pace$).toHaveSubscriptions('^ 99ms !')
    }),
  )

  it(
    'waits while the pace is unknown, and passes its error on',
    marbles((m) => {
      const pace$ = m.cold('---r-#', paces)
      m.expect(pacedTimer(5, pace$, m.scheduler)).toBeObservable('-----#')
      m.expect(pacedTimer(1, pace$, m.scheduler)).toBeObservable('----(0|)', zero)
    }),
  )
})
