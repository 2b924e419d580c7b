import { EMPTY } from 'rxjs'
import { describe, it } from 'vitest'
import type { Binary } from '../../../src/model/binary.js'
import type { Chunk } from '../../../src/model/command.js'
import { FetchError } from '../../../src/streams/binaries/fetch.js'
import { burn, chunks, events, fetching, fetchWith, PINNED } from '../../support/fetch.js'
import { marbles } from '../../support/marbles.js'
import { binary, chunk } from '../../support/model.js'

describe('fetch: the cache', () => {
  it(
    'provides the image if the registry is silent',
    marbles((m) => {
      const kept = m.cold('   --(b|)', { b: binary('kept') })
      const chunk$ = m.hot<Chunk>('-')
      const subs = '          ^ 11ms !'
      const keptSubs = '      10ms ^-!'
      const expected = '      f 9ms g-(C|)'
      const { fetch } = fetchWith(m, { chunk$, limits: { retryMs: 10 }, cache: { byImage: () => kept } })
      m.expect(fetch('img')).toBeObservable(expected, events)
      m.expect(chunk$).toHaveSubscriptions(subs)
      m.expect(kept).toHaveSubscriptions(keptSubs)
    }),
  )

  it(
    'is not used while the registry answers, but provides an image that stays incomplete',
    marbles((m) => {
      const kept = m.cold('   --(b|)', { b: binary('kept') })
      const chunk$ = m.hot('  -----a', chunks)
      const subs = '          ^ 104ms !'
      const keptSubs = '      105ms ^-!'
      const expected = '      f----p 49ms g 51ms (C|)'
      const { fetch } = fetchWith(m, { chunk$, limits: { retryMs: 50 }, cache: { byImage: () => kept } })
      m.expect(fetch('img')).toBeObservable(expected, events)
      m.expect(chunk$).toHaveSubscriptions(subs)
      m.expect(kept).toHaveSubscriptions(keptSubs)
    }),
  )

  it(
    'is not used if the registry answers in time',
    marbles((m) => {
      const kept = m.cold<Binary>('(b|)', { b: binary('kept') })
      const chunk$ = m.hot('  -w', chunks)
      const expected = '      f(uG|)'
      const { fetch } = fetchWith(m, { chunk$, limits: { retryMs: 10 }, cache: { byImage: () => kept } })
      m.expect(fetch('img')).toBeObservable(expected, events)
      m.expect(kept).toHaveSubscriptions([])
    }),
  )

  it(
    'provides a pinned image without asking the registry',
    marbles((m) => {
      const kept = m.cold('   --(b|)', { b: binary('kept') })
      const chunk$ = m.hot<Chunk>('-')
      const expected = '      --(C|)'
      const { fetch, request$ } = fetchWith(m, { chunk$, cache: { byImage: () => kept } })
      m.expect(request$, '^ 99ms !').toBeObservable('-')
      m.expect(fetch(PINNED)).toBeObservable(expected, events)
      m.expect(kept).toHaveSubscriptions('^-!')
      m.expect(chunk$).toHaveSubscriptions([])
    }),
  )

  it(
    'lets a missing pinned image be requested from the registry',
    marbles((m) => {
      const kept = m.cold('   --(b|)', { b: undefined })
      const chunk$ = m.hot('  ----w', { w: chunk(PINNED, 0, 1, 'whole') })
      const expected = '      --f-(uG|)'
      const values = { ...events, f: fetching(1, PINNED) }
      const { fetch } = fetchWith(m, { chunk$, cache: { byImage: () => kept } })
      m.expect(fetch(PINNED)).toBeObservable(expected, values)
      m.expect(kept).toHaveSubscriptions('^-!')
    }),
  )

  it(
    'treats a reference as pinned only if it ends with a complete digest',
    marbles((m) => {
      const kept = m.cold<Binary>('(b|)', { b: binary('kept') })
      for (const image of ['img@sha256:0a', `${PINNED}0`, `${PINNED}:latest`, PINNED.replace('@', '/')]) {
        const { fetch } = fetchWith(m, { chunk$: EMPTY, cache: { byImage: () => kept } })
        m.expect(fetch(image), '^--!').toBeObservable('f', { f: fetching(1, image) })
      }
      m.expect(kept).toHaveSubscriptions([])
    }),
  )

  it(
    'counts as empty, with a warning, if it fails or throws',
    marbles((m) => {
      const failing = m.cold<Binary>('-#', undefined, new Error('disk on fire'))
      const chunk$ = m.hot('  20ms w', chunks)
      const failed = '        f 9ms gW 8ms (uG|)'
      const thrown = '        f 9ms (gW) 6ms (uG|)'
      const stalling = { retryMs: 10 }
      const fails = fetchWith(m, { chunk$, limits: stalling, cache: { byImage: () => failing } })
      const throws = fetchWith(m, { chunk$, limits: stalling, cache: { byImage: burn } })
      m.expect(fails.fetch('img')).toBeObservable(failed, events)
      m.expect(throws.fetch('img')).toBeObservable(thrown, events)
      m.expect(failing).toHaveSubscriptions('10ms ^!')
    }),
  )

  it(
    "does not hide the registry's failure if it fails too",
    marbles((m) => {
      const chunk$ = m.hot<Chunk>('-')
      const expected = '      f 99ms (W#)'
      const error = new FetchError(
        'fetching img: no chunk for 0.1 s; the Proxy was asked for it on registry/proplet',
      )
      const { fetch } = fetchWith(m, { chunk$, cache: { byImage: burn } })
      m.expect(fetch('img')).toBeObservable(expected, events, error)
    }),
  )
})
