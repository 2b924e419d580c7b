import { describe, it } from 'vitest'
import { FetchError } from '../../../src/streams/binaries/fetch.js'
import { chunks, events, fetching, fetchWith, requests } from '../../support/fetch.js'
import { marbles } from '../../support/marbles.js'

describe('fetch: sharing', () => {
  it(
    'shares one fetch among concurrent tasks',
    marbles((m) => {
      const chunk$ = m.hot('  -a-b-c-', chunks)
      const subs = '          ^----!'
      const first = '         ^'
      const firstExpected = ' fp-q-(rF|)'
      const second = '        --^'
      const secondExpected = '---q-(rF|)'
      const requested = '     r'
      const { fetch, request$ } = fetchWith(m, { chunk$ })
      m.expect(request$, '^ 99ms !').toBeObservable(requested, requests)
      m.expect(fetch('img'), first).toBeObservable(firstExpected, events)
      m.expect(fetch('img'), second).toBeObservable(secondExpected, events)
      m.expect(chunk$).toHaveSubscriptions(subs)
    }),
  )

  it(
    'continues when one of two leaves',
    marbles((m) => {
      const chunk$ = m.hot('  -a-b-c-', chunks)
      const subs = '          ^----!'
      const first = '         ^-!'
      const firstExpected = ' fp'
      const second = '        -^'
      const secondExpected = '-p-q-(rF|)'
      const { fetch } = fetchWith(m, { chunk$ })
      m.expect(fetch('img'), first).toBeObservable(firstExpected, events)
      m.expect(fetch('img'), second).toBeObservable(secondExpected, events)
      m.expect(chunk$).toHaveSubscriptions(subs)
    }),
  )

  it(
    'ends when both have left, and a later task starts again',
    marbles((m) => {
      const chunk$ = m.hot('  -a-b-c-a-b-c-', chunks)
      const subs = ['         ^--!', '------^----!']
      const first = '         ^-!'
      const second = '        -^-!'
      const third = '         ------^'
      const thirdExpected = ' ------fp-q-(rF|)'
      const requested = '     r-----r'
      const { fetch, request$ } = fetchWith(m, { chunk$ })
      m.expect(request$, '^ 99ms !').toBeObservable(requested, requests)
      m.expect(fetch('img'), first).toBeObservable('fp', events)
      m.expect(fetch('img'), second).toBeObservable('-p', events)
      m.expect(fetch('img'), third).toBeObservable(thirdExpected, events)
      m.expect(chunk$).toHaveSubscriptions(subs)
    }),
  )

  it(
    'requests an image again after an earlier success or failure',
    marbles((m) => {
      const chunk$ = m.hot('  -w-w 50ms ------', chunks)
      const subs = ['         ^!', '--^!', '----^ 99ms !', '- 149ms ^--!']
      const requested = '     r-r-r 145ms r'
      const { fetch, request$ } = fetchWith(m, { chunk$ })
      const error = new FetchError(
        'fetching img: no chunk for 0.1 s; the Proxy was asked for it on registry/proplet',
      )
      m.expect(request$, '^ 200ms !').toBeObservable(requested, requests)
      m.expect(fetch('img')).toBeObservable('f(uG|)', events)
      m.expect(fetch('img'), '--^').toBeObservable('--f(uG|)', events)
      m.expect(fetch('img'), '----^').toBeObservable('----f 99ms #', events, error)
      m.expect(fetch('img'), '- 149ms ^--!').toBeObservable('150ms f', events)
      m.expect(chunk$).toHaveSubscriptions(subs)
    }),
  )

  it(
    'is separate for different images',
    marbles((m) => {
      const chunk$ = m.hot('  --x-w-', chunks)
      const requested = '     (rx)'
      const otherEvents = { ...events, f: fetching(1, 'other') }
      const { fetch, request$ } = fetchWith(m, { chunk$ })
      m.expect(request$, '^ 99ms !').toBeObservable(requested, requests)
      m.expect(fetch('img')).toBeObservable('  f---(uG|)', events)
      m.expect(fetch('other')).toBeObservable('f-(uX|)', otherEvents)
      m.expect(chunk$).toHaveSubscriptions('^---!')
    }),
  )
})
