import { map, of, timer } from 'rxjs'
import { describe, it } from 'vitest'
import type { Chunk } from '../../../src/model/command.js'
import { CHUNK_OVERHEAD_BYTES } from '../../../src/streams/binaries/assemble.js'
import { FetchError } from '../../../src/streams/binaries/fetch.js'
import { chunks, events, fetchWith, requests } from '../../support/fetch.js'
import { marbles } from '../../support/marbles.js'
import { chunk } from '../../support/model.js'

const inflows = { f: 'none', m: 'messages', t: 'large' } as const

describe('fetch: giving up and requesting again', () => {
  it(
    'expires if no chunk arrives at all',
    marbles((m) => {
      const chunk$ = m.hot<Chunk>('-')
      const subs = '          ^ 99ms !'
      const expected = '      f 99ms #'
      const error = new FetchError(
        'fetching img: no chunk for 0.1 s; the Proxy was asked for it on registry/proplet',
      )
      m.expect(fetchWith(m, { chunk$ }).fetch('img')).toBeObservable(expected, events, error)
      m.expect(chunk$).toHaveSubscriptions(subs)
    }),
  )

  it(
    'gives up sooner if nothing arrives at all than after a first chunk (14.7)',
    marbles((m) => {
      const limits = { stallMs: 40 }
      const error = new FetchError(
        'fetching img: no chunk for 0.04 s; the Proxy was asked for it on registry/proplet',
      )
      const silent$ = m.hot<Chunk>('-')
      m.expect(fetchWith(m, { chunk$: silent$, limits }).fetch('img')).toBeObservable(
        'f 39ms #',
        events,
        error,
      )
      m.expect(silent$).toHaveSubscriptions('^ 39ms !')
      const late$ = m.hot('- 38ms a', chunks)
      m.expect(fetchWith(m, { chunk$: late$, limits }).fetch('img'), '^ 99ms !').toBeObservable(
        'f 38ms p',
        events,
      )
    }),
  )

  it(
    'counts the time to live from the last progress, ignoring duplicates',
    marbles((m) => {
      const chunk$ = m.hot('- 59ms a 59ms a', chunks)
      const subs = '         ^ 159ms !'
      const expected = '     f 59ms p 59ms D 39ms #'
      const error = new FetchError(
        'fetching img: no chunk for 0.1 s; the Proxy was asked for it on registry/proplet',
      )
      m.expect(fetchWith(m, { chunk$ }).fetch('img')).toBeObservable(expected, events, error)
      m.expect(chunk$).toHaveSubscriptions(subs)
    }),
  )

  it(
    'gives up at the overall limit even if chunks keep arriving',
    marbles((m) => {
      const chunk$ = m.hot(' - 59ms a 59ms b 59ms A', chunks)
      const subs = '         ^ 199ms !'
      const expected = '     f 59ms p 59ms q 59ms p 19ms #'
      const error = new FetchError('fetching img: not complete after 0.2 s')
      const { fetch } = fetchWith(m, { chunk$, limits: { timeoutMs: 200 } })
      m.expect(fetch('img')).toBeObservable(expected, events, error)
      m.expect(chunk$).toHaveSubscriptions(subs)
    }),
  )

  it(
    'gives up on an image whose empty chunks never end',
    marbles((m) => {
      const chunk$ = timer(1, 1, m.scheduler).pipe(map((index) => chunk('img', index, 20, '')))
      const budget = { maxTotalBytes: 2 * CHUNK_OVERHEAD_BYTES }
      const { fetch } = fetchWith(m, { chunk$, limits: budget })
      const values = {
        ...events,
        p: { type: 'chunk', received: 1, total: 20 } as const,
        q: { type: 'chunk', received: 2, total: 20 } as const,
      }
      const error = new FetchError('fetching img: binaries being fetched take up more than 512 bytes')
      m.expect(fetch('img')).toBeObservable('fpq#', values, error)
    }),
  )

  it(
    'requests again without progress, each time after twice as long',
    marbles((m) => {
      const chunk$ = m.hot<Chunk>('-')
      const expected = '      f 9ms g 19ms h 39ms i 29ms #'
      const requested = '     r 9ms r 19ms r 39ms r'
      const error = new FetchError(
        'fetching img: no chunk for 0.1 s; the Proxy was asked for it on registry/proplet',
      )
      const { fetch, request$ } = fetchWith(m, { chunk$, limits: { retryMs: 10 } })
      m.expect(request$, '^ 500ms !').toBeObservable(requested, requests)
      m.expect(fetch('img')).toBeObservable(expected, events, error)
    }),
  )

  it(
    'is more patient on a link on which a chunk took longer than the retry, so that it does not get all of them again (issue 14.5)',
    marbles((m) => {
      const chunk$ = m.hot('15ms a 14ms b 14ms c', chunks)
      const expected = '      f 9ms g 4ms p 14ms q 14ms (rF|)'
      const requested = '     r 9ms r'
      const { fetch, request$ } = fetchWith(m, { chunk$, limits: { retryMs: 10, ttlMs: 100 } })
      m.expect(request$, '^ 500ms !').toBeObservable(requested, requests)
      m.expect(fetch('img')).toBeObservable(expected, events)
    }),
  )

  it(
    'does not request again while a large message is being received: the chunk comes with it, or behind it (issue 14.5)',
    marbles((m) => {
      const inflow$ = m.hot('f-t 26ms f', inflows)
      const chunk$ = m.hot('      29ms a 19ms b 14ms c', chunks)
      const silent$ = m.hot<Chunk>('-')
      const limits = { retryMs: 12 }
      const arriving = fetchWith(m, { chunk$, inflow$, limits })
      m.expect(arriving.request$, '^ 500ms !').toBeObservable('r', requests)
      m.expect(arriving.fetch('img')).toBeObservable('f 28ms p 19ms q 14ms (rF|)', events)
      const silent = fetchWith(m, { chunk$: silent$, inflow$, limits })
      m.expect(silent.request$, '^ 60ms !').toBeObservable('r 38ms r', requests)
      m.expect(silent.fetch('img'), '^ 60ms !').toBeObservable('f 38ms g', events)
    }),
  )

  it(
    'waits four times as long while messages come, behind which the chunk may wait, before it requests again (issue 14.5)',
    marbles((m) => {
      const inflow$ = m.hot('    f----m 19ms f', inflows)
      const chunk$ = m.hot('     16ms a 10s -', chunks)
      const silent$ = m.hot<Chunk>('-')
      const limits = { retryMs: 12, ttlMs: 60, stallMs: 50 }
      const arriving = fetchWith(m, { chunk$, inflow$, limits })
      m.expect(arriving.request$, '^ 27ms !').toBeObservable('r', requests)
      m.expect(arriving.fetch('img'), '^ 27ms !').toBeObservable('f 15ms p', events)
      const silent = fetchWith(m, { chunk$: silent$, inflow$, limits })
      const error = new FetchError(
        'fetching img: no chunk for 0.05 s; the Proxy was asked for it on registry/proplet',
      )
      m.expect(silent.request$, '^ 60ms !').toBeObservable('r 26ms r', requests)
      m.expect(silent.fetch('img')).toBeObservable('f 26ms g 22ms #', events, error)
    }),
  )

  it(
    'does not expire while a large message is being received, except at the overall limit (issue 14.5)',
    marbles((m) => {
      const chunk$ = m.hot<Chunk>('-')
      const limits = { stallMs: 40, ttlMs: 100, timeoutMs: 200 }
      const inflow$ = m.hot('f- 8ms t 99ms f', inflows)
      const stalled = new FetchError(
        'fetching img: no chunk for 0.04 s; the Proxy was asked for it on registry/proplet',
      )
      const { fetch } = fetchWith(m, { chunk$, inflow$, limits })
      m.expect(fetch('img')).toBeObservable('f 139ms #', events, stalled)
      const endless = fetchWith(m, { chunk$, inflow$: of('large' as const), limits })
      const late = new FetchError('fetching img: not complete after 0.2 s')
      m.expect(endless.fetch('img')).toBeObservable('f 199ms #', events, late)
    }),
  )

  it(
    'counts the stall from the last progress, and stops requesting once complete',
    marbles((m) => {
      const chunk$ = m.hot('  -ab 16ms c', chunks)
      const expected = '      fpq 9ms g 6ms (rF|)'
      const requested = '     r-- 9ms r'
      const { fetch, request$ } = fetchWith(m, { chunk$, limits: { retryMs: 10 } })
      m.expect(request$, '^ 500ms !').toBeObservable(requested, requests)
      m.expect(fetch('img')).toBeObservable(expected, events)
    }),
  )
})
