import { describe, it } from 'vitest'
import { CHUNK_OVERHEAD_BYTES } from '../../../src/streams/binaries/assemble.js'
import { FetchError } from '../../../src/streams/binaries/fetch.js'
import { chunks, events, fetched, fetching, fetchWith, whole } from '../../support/fetch.js'
import { marbles } from '../../support/marbles.js'
import { binary, chunk } from '../../support/model.js'

describe('fetch: the total of bytes', () => {
  const budget = { maxTotalBytes: CHUNK_OVERHEAD_BYTES + 10 }
  const part = chunk('other', 0, 2, 'part')
  const full = new FetchError('fetching img: binaries being fetched take up more than 266 bytes')
  const otherEvents = { ...events, f: fetching(1, 'other') }

  it(
    'fails the fetch that exceeds it, not the others',
    marbles((m) => {
      const chunk$ = m.hot('  -p-w-q', { p: part, w: whole, q: chunk('other', 1, 2, '') })
      const { fetch } = fetchWith(m, { chunk$, limits: { ...budget, maxTotalBytes: 2 * 256 + 4 } })
      const error = new FetchError('fetching img: binaries being fetched take up more than 516 bytes')
      const values = { ...otherEvents, P: fetched('part', 'registry') }
      m.expect(fetch('other')).toBeObservable('fs---(tP|)', values)
      m.expect(fetch('img')).toBeObservable('  f--#', events, error)
    }),
  )

  it(
    'is freed by a complete fetch once the binary is stored',
    marbles((m) => {
      const kept = m.cold('   --(b|)', { b: binary('x') })
      const chunk$ = m.hot('  -xw-w', chunks)
      const { fetch } = fetchWith(m, { chunk$, limits: budget, cache: { put: () => kept } })
      m.expect(fetch('other')).toBeObservable('     fu-(X|)', otherEvents)
      m.expect(fetch('img')).toBeObservable('       f-#', events, full)
      m.expect(fetch('img'), '---^').toBeObservable('---fu-(X|)', events)
    }),
  )

  it(
    'is freed by a cancelled fetch',
    marbles((m) => {
      const chunk$ = m.hot('  -p-w', { p: part, w: whole })
      const { fetch } = fetchWith(m, { chunk$, limits: budget })
      m.expect(fetch('other'), '^-!').toBeObservable('fs', otherEvents)
      m.expect(fetch('img')).toBeObservable('f--(uG|)', events)
    }),
  )

  it(
    'is freed by a fetch that expires',
    marbles((m) => {
      const chunk$ = m.hot('  -p 98ms -- w', { p: part, w: whole })
      const { fetch } = fetchWith(m, { chunk$, limits: budget })
      const expired = new FetchError(
        'fetching other: no chunk for 0.1 s; the Proxy was asked for it on registry/proplet',
      )
      m.expect(fetch('other')).toBeObservable('fs 99ms #', otherEvents, expired)
      m.expect(fetch('img'), '--^').toBeObservable('--f 99ms (uG|)', events)
    }),
  )

  it(
    'is freed by a fetch that is too large, and by one that exceeds the total',
    marbles((m) => {
      const chunk$ = m.hot('  -po-qw', {
        p: part,
        o: chunk('other', 1, 2, 'o'.repeat(30)),
        q: chunk('third', 0, 1, 'q'.repeat(20)),
        w: whole,
      })
      const { fetch } = fetchWith(m, { chunk$, limits: budget })
      const large = new FetchError('other is larger than 20 bytes')
      const third = new FetchError('fetching third: binaries being fetched take up more than 266 bytes')
      m.expect(fetch('other')).toBeObservable('       fs#', otherEvents, large)
      m.expect(fetch('third'), '---^').toBeObservable('---f#', { f: fetching(1, 'third') }, third)
      m.expect(fetch('img'), '---^').toBeObservable('  ---f-(uG|)', events)
    }),
  )
})
