import type { Context } from 'rxjs-marbles'
import { describe, it } from 'vitest'
import { busy } from '../../../src/streams/observe/busy.js'
import { marbles } from '../../support/marbles.js'

const VALUES = { t: true, f: false }

const expectBusy = (m: Context, source: string, subscription: string, expected: string) => {
  const event$ = m.hot(source)
  const busy$ = event$.pipe(busy({ events: 3, withinMs: 10, quietMs: 20, clock: m.scheduler }))
  m.expect(busy$).toBeObservable(expected, VALUES)
  m.expect(event$).toHaveSubscriptions(subscription)
}

describe('15.3 events are dense', () => {
  it(
    'once so many came within the time, until none of these for a while',
    marbles((m) => expectBusy(m, 'aaa 60ms |', '^ 62ms !', '--t 19ms f 40ms |')),
  )
  it(
    'as long as they go on',
    marbles((m) => expectBusy(m, 'aaa 15ms aaa 60ms |', '^ 80ms !', '--t 37ms f 40ms |')),
  )
  it(
    'again, later',
    marbles((m) => expectBusy(m, 'aaa 60ms aaa 60ms |', '^ 125ms !', '--t 19ms f 42ms t 19ms f 40ms |')),
  )
  it(
    'not where they come one by one',
    marbles((m) => expectBusy(m, 'a 9ms a 9ms a 9ms a|', '^ 30ms !', '31ms |')),
  )
  it(
    'until they end',
    marbles((m) => expectBusy(m, 'aaa 5ms |', '^ 7ms !', '--t 5ms |')),
  )
  it(
    'until they fail',
    marbles((m) => expectBusy(m, 'aaa#', '^--!', '--t#')),
  )
  it(
    'never where there are none',
    marbles((m) => expectBusy(m, '-', '^', '-')),
  )
})
