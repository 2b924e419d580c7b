import { describe, it } from 'vitest'
import { attempts } from '../../../../src/streams/tasks/federated/attempts.js'
import { marbles } from '../../../support/marbles.js'
import { ExchangeError } from '../../../../src/model/federated.js'

const passing = new ExchangeError('connection refused', true)
const final = new ExchangeError('it answered with status 404', false)
const late = new ExchangeError('no answer within 5 s', false)

describe('attempts', () => {
  it(
    'are one if it succeeds',
    marbles((m) => {
      const exchange = m.cold(' --(a|)')
      const deps = { deadlineMs: 5000, random: () => 0, clock: m.scheduler }
      m.expect(attempts(() => exchange, deps)).toBeObservable('--(a|)')
      m.expect(exchange).toHaveSubscriptions('^-!')
    }),
  )

  it(
    'are three if that may help, with growing, random delays',
    marbles((m) => {
      const exchange = m.cold('-#', {}, passing)
      const deps = { deadlineMs: 5000, random: () => 0.5, clock: m.scheduler }
      const subs = ['         ^!', '376ms ^!', '1127ms ^!']
      m.expect(attempts(() => exchange, deps)).toBeObservable('1128ms #', {}, passing)
      m.expect(exchange).toHaveSubscriptions(subs)
    }),
  )

  it(
    'end with the first that succeeds',
    marbles((m) => {
      const exchanges = [m.cold('-#', {}, passing), m.cold('--(a|)')]
      const deps = { deadlineMs: 5000, random: () => 0, clock: m.scheduler }
      m.expect(attempts(() => exchanges.shift() ?? m.cold('-'), deps)).toBeObservable('253ms (a|)')
    }),
  )

  it(
    'are one if another would not help',
    marbles((m) => {
      const deps = { deadlineMs: 5000, random: () => 0, clock: m.scheduler }
      const refused = m.cold(' --#', {}, final)
      m.expect(attempts(() => refused, deps)).toBeObservable('--#', {}, final)
      const broken = m.cold('  --#', {}, new Error('broken'))
      m.expect(attempts(() => broken, deps)).toBeObservable('--#', {}, new Error('broken'))
      m.expect(refused).toHaveSubscriptions('^-!')
    }),
  )

  it(
    'end at a common deadline, and cancel the current one',
    marbles((m) => {
      const deps = { deadlineMs: 5000, random: () => 0, clock: m.scheduler }
      const silent = m.cold('-')
      m.expect(attempts(() => silent, deps)).toBeObservable('5s #', {}, late)
      m.expect(silent).toHaveSubscriptions('^ 4999ms !')
      const slow = [m.cold('4s #', {}, passing), m.cold('-')]
      m.expect(attempts(() => slow.shift() ?? m.cold('-'), deps)).toBeObservable('5s #', {}, late)
    }),
  )

  it(
    'end on unsubscription, even between two',
    marbles((m) => {
      const exchange = m.cold('-#', {}, passing)
      const deps = { deadlineMs: 5000, random: () => 0, clock: m.scheduler }
      m.expect(
        attempts(() => exchange, deps),
        '^ 99ms !',
      ).toBeObservable('-')
      m.expect(exchange).toHaveSubscriptions('^!')
    }),
  )

  it(
    'treat an exception as an error',
    marbles((m) => {
      const broken = (): never => {
        throw new Error('broken')
      }
      const deps = { deadlineMs: 5000, random: () => 0, clock: m.scheduler }
      m.expect(attempts(broken, deps)).toBeObservable('#', {}, new Error('broken'))
    }),
  )
})
