import { describe, it } from 'vitest'
import type { Binary } from '../../../src/model/binary.js'
import { FetchError } from '../../../src/streams/binaries/fetch.js'
import { burn, chunks, events, fetched, fetchWith, requests } from '../../support/fetch.js'
import { marbles } from '../../support/marbles.js'
import { binary, chunk } from '../../support/model.js'

describe('fetch: assembling', () => {
  it(
    'requests once, and assembles chunks that arrive out of order',
    marbles((m) => {
      const chunk$ = m.hot('  -c-a-b--', chunks)
      const subs = '          ^----!'
      const expected = '      fp-q-(rF|)'
      const requested = '     r'
      const { fetch, request$ } = fetchWith(m, { chunk$ })
      m.expect(request$, '^ 99ms !').toBeObservable(requested, requests)
      m.expect(fetch('img')).toBeObservable(expected, events)
      m.expect(chunk$).toHaveSubscriptions(subs)
    }),
  )

  it(
    'ignores a duplicate chunk, with a warning',
    marbles((m) => {
      const chunk$ = m.hot('  -a-a-b-c', chunks)
      const expected = '      fp-D-q-(rF|)'
      m.expect(fetchWith(m, { chunk$ }).fetch('img')).toBeObservable(expected, events)
    }),
  )

  it(
    'uses the first complete sequence of two servers that split the image differently',
    marbles((m) => {
      const chunk$ = m.hot('  -a-d-b-e', chunks)
      const expected = '      fp-s-q-(tB|)'
      const values = { ...events, B: fetched('aaab', 'registry') }
      m.expect(fetchWith(m, { chunk$ }).fetch('img')).toBeObservable(expected, values)
    }),
  )

  it(
    'starts again if the image has changed under its tag',
    marbles((m) => {
      const chunk$ = m.hot('  -abA-bc-', chunks)
      const expected = '      fpqp-q(rB|)'
      const values = { ...events, B: fetched('AAbbc', 'registry') }
      m.expect(fetchWith(m, { chunk$ }).fetch('img')).toBeObservable(expected, values)
    }),
  )

  it(
    'ignores unrequested chunks, and listens to none while nothing is fetched',
    marbles((m) => {
      const chunk$ = m.hot('  wx---x-w-w', chunks)
      const asks = '          ---^'
      const subs = '          ---^---!'
      const expected = '      ---f---(uG|)'
      m.expect(fetchWith(m, { chunk$ }).fetch('img'), asks).toBeObservable(expected, events)
      m.expect(chunk$).toHaveSubscriptions(subs)
    }),
  )

  it(
    'fails at the first chunk that shows that the image is too large',
    marbles((m) => {
      const chunk$ = m.hot('  -a---', { a: chunk('img', 0, 4, 'aaaaaaaa') })
      const subs = '          ^!'
      const expected = '      f#'
      const error = new FetchError('img is larger than 20 bytes')
      m.expect(fetchWith(m, { chunk$ }).fetch('img')).toBeObservable(expected, events, error)
      m.expect(chunk$).toHaveSubscriptions(subs)
    }),
  )

  it(
    'fails if the sum of the chunks is too large',
    marbles((m) => {
      const chunk$ = m.hot('  -a-b-', {
        a: chunk('img', 2, 3, 'a'.repeat(15)),
        b: chunk('img', 0, 3, 'b'.repeat(8)),
      })
      const subs = '          ^--!'
      const expected = '      fp-#'
      const error = new FetchError('img is larger than 20 bytes')
      m.expect(fetchWith(m, { chunk$ }).fetch('img')).toBeObservable(expected, events, error)
      m.expect(chunk$).toHaveSubscriptions(subs)
    }),
  )

  it(
    'stops listening once complete, and may take any time to store the binary',
    marbles((m) => {
      const kept = m.cold('   200ms (b|)', { b: binary('aabbc') })
      const chunk$ = m.hot('  -abcAabc-', chunks)
      const subs = '          ^--!'
      const keptSubs = '      ---^ 199ms !'
      const expected = '      fpqr 199ms (F|)'
      const { fetch } = fetchWith(m, { chunk$, cache: { put: () => kept } })
      m.expect(fetch('img')).toBeObservable(expected, events)
      m.expect(chunk$).toHaveSubscriptions(subs)
      m.expect(kept).toHaveSubscriptions(keptSubs)
    }),
  )

  it(
    'fails if storing the binary fails or throws',
    marbles((m) => {
      const failing = m.cold<Binary>('-#', undefined, new Error('disk on fire'))
      const chunk$ = m.hot('  -w---', chunks)
      const fails = fetchWith(m, { chunk$, cache: { put: () => failing } })
      const throws = fetchWith(m, { chunk$, cache: { put: burn } })
      const error = new Error('disk on fire')
      m.expect(fails.fetch('img')).toBeObservable('  fu#', events, error)
      m.expect(throws.fetch('img')).toBeObservable(' f(u#)', events, error)
      m.expect(failing).toHaveSubscriptions('        -^!')
      m.expect(chunk$).toHaveSubscriptions(['         ^!', '^!'])
    }),
  )

  it(
    'fails with its source',
    marbles((m) => {
      const chunk$ = m.hot('  -a-#', chunks)
      const subs = '          ^--!'
      const expected = '      fp-#'
      m.expect(fetchWith(m, { chunk$ }).fetch('img')).toBeObservable(expected, events)
      m.expect(chunk$).toHaveSubscriptions(subs)
    }),
  )
})
