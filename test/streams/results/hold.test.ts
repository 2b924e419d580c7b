import { describe, it } from 'vitest'
import type { Publication } from '../../../src/model/publication.js'
import { hold } from '../../../src/streams/results/hold.js'
import { marbles } from '../../support/marbles.js'
import type { Result } from '../../../src/model/result.js'

const published = (results: string): Publication => ({
  subtopic: 'control/proplet/results',
  payload: { results },
  keep: 'all',
})

const resultOf = (id: string, receivedAt: number, results: string): Result => ({
  id,
  receivedAt,
  publication: published(results),
})

const publications = { a: published('a'), b: published('b'), c: published('c') }

describe('hold', () => {
  it(
    'holds a result until its time after the command was received (trap 1)',
    marbles((m) => {
      const source = m.hot('30ms a 49ms (b|)', { a: resultOf('t', 10, 'a'), b: resultOf('v', 75, 'b') })
      const subs = '         ^ 79ms !'
      const expected = '     160ms a 64ms (b|)'
      m.expect(source.pipe(hold(150, m.scheduler))).toBeObservable(expected, publications)
      m.expect(source).toHaveSubscriptions(subs)
    }),
  )

  it(
    'passes a result at once if it is late, or just due',
    marbles((m) => {
      const source = m.hot('200ms a 99ms (b|)', { a: resultOf('t', 10, 'a'), b: resultOf('v', 150, 'b') })
      const expected = '     200ms a 99ms (b|)'
      m.expect(source.pipe(hold(150, m.scheduler))).toBeObservable(expected, publications)
    }),
  )

  it(
    'holds nothing with a hold of 0',
    marbles((m) => {
      const source = m.hot('a-(bc)|', {
        a: resultOf('t', 0, 'a'),
        b: resultOf('v', 2, 'b'),
        c: resultOf('w', 2, 'c'),
      })
      const expected = '     a-(bc)|'
      m.expect(source.pipe(hold(0, m.scheduler))).toBeObservable(expected, publications)
    }),
  )

  it(
    'holds each result separately: one does not delay another',
    marbles((m) => {
      const source = m.hot('60ms (ab)      |', { a: resultOf('t', 50, 'a'), b: resultOf('v', 10, 'b') })
      const expected = '     110ms b 39ms (a|)'
      m.expect(source.pipe(hold(100, m.scheduler))).toBeObservable(expected, publications)
    }),
  )

  it(
    'keeps the order of several results',
    marbles((m) => {
      const source = m.hot('a-b--c|', {
        a: resultOf('t', 0, 'a'),
        b: resultOf('v', 2, 'b'),
        c: resultOf('w', 2, 'c'),
      })
      const expected = '     10ms a-(bc|)'
      m.expect(source.pipe(hold(10, m.scheduler))).toBeObservable(expected, publications)
    }),
  )

  it(
    'does not let a result that is due overtake an earlier one of its task whose timer has yet to fire',
    marbles((m) => {
      const source = m.hot('5ms a 4ms (b|)', { a: resultOf('t', 0, 'a'), b: resultOf('t', 0, 'b') })
      const expected = '    10ms (ab|)'
      m.expect(source.pipe(hold(10, m.scheduler))).toBeObservable(expected, publications)
    }),
  )

  it(
    'waits no longer than the hold if the clock is set back in the meantime',
    marbles((m) => {
      const source = m.hot('5ms (a|)', { a: resultOf('t', 1_000_000, 'a') })
      const expected = '     155ms (a|)'
      m.expect(source.pipe(hold(150, m.scheduler))).toBeObservable(expected, publications)
    }),
  )

  it(
    'holds a later result of the same task after an earlier one',
    marbles((m) => {
      const source = m.hot('a 99ms (b|)', { a: resultOf('t', 0, 'a'), b: resultOf('t', 100, 'b') })
      const expected = '     10ms a 99ms (b|)'
      m.expect(source.pipe(hold(10, m.scheduler))).toBeObservable(expected, publications)
    }),
  )

  it(
    'stays silent, completes and fails with its source',
    marbles((m) => {
      const never = m.hot<Result>('-')
      const empty = m.cold<Result>('|')
      const failing = m.cold('a-#', { a: resultOf('t', 0, 'a') })
      m.expect(never.pipe(hold(10, m.scheduler)), '^--!').toBeObservable('-')
      m.expect(never).toHaveSubscriptions('^--!')
      m.expect(empty.pipe(hold(10, m.scheduler))).toBeObservable('|')
      m.expect(empty).toHaveSubscriptions('(^!)')
      m.expect(failing.pipe(hold(10, m.scheduler))).toBeObservable('--#')
      m.expect(failing).toHaveSubscriptions('^-!')
    }),
  )

  it(
    'unsubscribes from its source, and forgets what it holds',
    marbles((m) => {
      const source = m.hot('a-----', { a: resultOf('t', 0, 'a') })
      const subs = '         ^--!'
      m.expect(source.pipe(hold(5, m.scheduler)), subs).toBeObservable('-')
      m.expect(source).toHaveSubscriptions(subs)
    }),
  )
})
