import { mergeMap, of, takeWhile, tap, type Observable } from 'rxjs'
import { describe, it } from 'vitest'
import { feedBack } from '../../../src/streams/operators/feed-back.js'
import { marbles } from '../../support/marbles.js'

/** Counts down from each number of the source by feeding back the next. */
const countDown = feedBack((value$: Observable<number>, feed: (value: number) => void) =>
  value$.pipe(
    mergeMap((value) => of(value).pipe(tap({ complete: () => value > 0 && feed(value - 1) }))),
    takeWhile((value) => value !== 9),
  ),
)
const values = { a: 3, b: 2, c: 1, d: 0, n: 9 }

describe('feedBack', () => {
  it(
    'feeds values back after their origin, until the stage completes',
    marbles((m) => {
      const source = m.hot<number>('-a------b-----n', values)
      m.expect(source.pipe(countDown)).toBeObservable('-(abcd)-(bcd)-|', values)
      m.expect(source).toHaveSubscriptions('^-------------!')
    }),
  )

  it(
    'does not complete with its source, fails with it, and unsubscribes from it',
    marbles((m) => {
      m.expect(m.cold<number>('c|', values).pipe(countDown)).toBeObservable('(cd)-', values)
      m.expect(m.cold<number>('#').pipe(countDown)).toBeObservable('#')
      const source = m.hot<number>('---')
      m.expect(source.pipe(countDown), '^-!').toBeObservable('---')
      m.expect(source).toHaveSubscriptions('^-!')
    }),
  )

  it(
    'handles the feedback of a synchronous source',
    marbles((m) => {
      m.expect(of(2, 9).pipe(countDown)).toBeObservable('(bcd|)', values)
    }),
  )
})
