import { defer, of } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { DownloadError } from '../../../src/model/download.js'
import { away, downloadsWith, heard, lasting, told } from '../../support/download.js'
import { burn } from '../../support/fetch.js'
import { marbles } from '../../support/marbles.js'
import { binary } from '../../support/model.js'

const kept = of(binary('kept'))

describe('download', () => {
  it(
    'reports the attempt, and ends with the binary',
    marbles((m) => {
      const attempt = m.cold('  -p-qwa--(F|)', told)
      const subs = '            ^-------!'
      const expected = '        1p-qw---(F|)'
      const downloads = downloadsWith(m, { attempts: { ref: [attempt] } })
      m.expect(downloads('ref')).toBeObservable(expected, heard)
      m.expect(attempt).toHaveSubscriptions(subs)
    }),
  )

  it(
    'fails at once for a permanent reason, whatever the cache has',
    marbles((m) => {
      const attempt = m.cold('-p-#', told, lasting)
      const downloads = downloadsWith(m, { attempts: { ref: [attempt] }, kept })
      m.expect(downloads('ref')).toBeObservable('1p-#', heard, lasting)
      m.expect(downloads('bad')).toBeObservable('#', heard, new DownloadError('no reference'))
      m.expect(attempt).toHaveSubscriptions('^--!')
    }),
  )

  it(
    'is retried after transient failures, with growing delays, and given up after the fourth',
    marbles((m) => {
      const attempt = m.cold('#', told, away())
      const expected = '(1A) 496ms (2A) 996ms (3A) 1996ms (4A) 3996ms (5#)'
      const downloads = downloadsWith(m, { attempts: { ref: [attempt] } })
      m.expect(downloads('ref')).toBeObservable(expected, heard, away())
    }),
  )

  it(
    'counts attempts from the last progress',
    marbles((m) => {
      const [first, second] = [m.cold('#', told, away()), m.cold('-p-#', told, away())]
      const third = m.cold('-q-(F|)', told)
      const expected = '(1A) 496ms 2p-A 499ms 3q-(F|)'
      const downloads = downloadsWith(m, { attempts: { ref: [first, second, third] } })
      m.expect(downloads('ref')).toBeObservable(expected, heard)
    }),
  )

  it(
    'waits as long as the server asks, but no longer than a minute',
    marbles((m) => {
      const [soon, late] = [m.cold('#', told, away(3000)), m.cold('#', told, away(1e9))]
      const third = m.cold('(F|)', told)
      const downloads = downloadsWith(m, { attempts: { ref: [soon, late, third] }, limits: { ttlMs: 1e6 } })
      m.expect(downloads('ref')).toBeObservable('(1A) 2996ms (2A) 59996ms (3F|)', heard)
    }),
  )

  it(
    'abandons an attempt without progress, but not a complete one',
    marbles((m) => {
      const stalled = m.cold('-p', told)
      const slow = m.cold('  -a 10s (F|)', told)
      const expected = '     1p 99ms S 499ms 2 10001ms (F|)'
      const downloads = downloadsWith(m, { attempts: { ref: [stalled, slow] } })
      m.expect(downloads('ref')).toBeObservable(expected, heard)
      m.expect(stalled).toHaveSubscriptions('^ 100ms !')
    }),
  )

  it(
    'ends without progress for too long, and when it takes too long altogether',
    marbles((m) => {
      const drip = m.cold('-p 49ms p 49ms p 49ms p 49ms p 49ms p', told)
      const limits = { ttlMs: 180 }
      const downloads = downloadsWith(m, { attempts: { ref: [drip] }, limits })
      const error = new DownloadError('ref: nothing new for 0.18 s', { transient: true })
      m.expect(downloads('ref')).toBeObservable('1p 49ms p 49ms p 49ms p 29ms #', heard, error)
      const long = downloadsWith(m, { attempts: { ref: [drip] }, limits: { timeoutMs: 60 } })
      const late = new DownloadError('ref: not complete after 0.06 s', { transient: true })
      m.expect(long('ref')).toBeObservable('1p 49ms p 8ms #', heard, late)
    }),
  )
})

describe('download: the cache', () => {
  it(
    'provides pinned binaries without an attempt',
    marbles((m) => {
      const attempt = m.cold('-(F|)', told)
      const downloads = downloadsWith(m, { attempts: { ref: [attempt] }, kept, pinned: true })
      m.expect(downloads('ref')).toBeObservable('(C|)', heard)
      m.expect(attempt).toHaveSubscriptions([])
    }),
  )

  it(
    'is skipped if it has nothing, or fails',
    marbles((m) => {
      const attempt = m.cold('----(F|)', told)
      const empty = downloadsWith(m, { attempts: { ref: [attempt] }, pinned: true })
      m.expect(empty('ref')).toBeObservable('1---(F|)', heard)
      const burning = m.cold<never>('#', {}, new Error('disk on fire'))
      const failing = downloadsWith(m, { attempts: { ref: [attempt] }, pinned: true, kept: burning })
      m.expect(failing('ref')).toBeObservable('(D1)(F|)', heard)
      const throwing = downloadsWith(m, { attempts: { ref: [attempt] }, pinned: true, kept: defer(burn) })
      m.expect(throwing('ref')).toBeObservable('(D1)(F|)', heard)
    }),
  )

  it(
    'provides the binary if the peer does not answer in time',
    marbles((m) => {
      const attempts = { ref: [m.cold('#', told, away()), m.cold('-', told)] }
      const downloads = downloadsWith(m, { attempts, kept })
      m.expect(downloads('ref')).toBeObservable('(1A) 96ms (NC|)', heard)
    }),
  )

  it(
    'provides the binary, with a warning, if all retries fail',
    marbles((m) => {
      const attempt = m.cold('-p-#', told, away())
      const downloads = downloadsWith(m, { attempts: { ref: [attempt] }, kept })
      const expected = '1p-A 499ms 2p-A 999ms 3p-A 1999ms 4p-A 3999ms 5p-(UC|)'
      m.expect(downloads('ref')).toBeObservable(expected, heard)
    }),
  )
})

describe('download: sharing', () => {
  it(
    'shares one download among concurrent tasks, and closes it at its end',
    marbles((m) => {
      const closed: string[] = []
      const attempt = m.cold('-p-q-(F|)', told)
      const subs = '          ^----!'
      const first = '         ^'
      const firstExpected = ' 1p-q-(F|)'
      const second = '        --^'
      const secondExpected = '---q-(F|)'
      const downloads = downloadsWith(m, {
        attempts: { ref: [attempt] },
        closed: (reference) => closed.push(reference),
      })
      m.expect(downloads('ref'), first).toBeObservable(firstExpected, heard)
      m.expect(downloads('ref'), second).toBeObservable(secondExpected, heard)
      m.expect(attempt).toHaveSubscriptions(subs)
      m.flush()
      expect(closed).toStrictEqual(['ref'])
    }),
  )

  it(
    'continues when one of two leaves, and stops when both have',
    marbles((m) => {
      const closed: string[] = []
      const attempt = m.cold('-p-q-(F|)', told)
      const subs = ['         ^---!', '------^----!']
      const downloads = downloadsWith(m, {
        attempts: { ref: [attempt] },
        closed: (reference) => closed.push(reference),
      })
      m.expect(downloads('ref'), '^-!').toBeObservable('1p', heard)
      m.expect(downloads('ref'), '-^--!').toBeObservable('-p-q', heard)
      m.expect(downloads('ref'), '------^').toBeObservable('------1p-q-(F|)', heard)
      m.expect(attempt).toHaveSubscriptions(subs)
      m.flush()
      expect(closed).toStrictEqual(['ref', 'ref'])
    }),
  )

  it(
    'can be given up between two attempts too',
    marbles((m) => {
      const attempt = m.cold('#', told, away())
      const downloads = downloadsWith(m, { attempts: { ref: [attempt] } })
      m.expect(downloads('ref'), '^ 400ms !').toBeObservable('(1A)', heard)
      m.expect(attempt).toHaveSubscriptions('(^!)')
    }),
  )

  it(
    'limits concurrent downloads; one that leaves while it waits takes no slot',
    marbles((m) => {
      const [slow, other] = [m.cold('---(F|)', told), m.cold('-(F|)', told)]
      const downloads = downloadsWith(m, {
        attempts: { ref: [slow], other: [other], third: [other] },
        limits: { concurrent: 1 },
      })
      m.expect(downloads('ref')).toBeObservable('1--(F|)', heard)
      m.expect(downloads('third'), '^-!').toBeObservable('', heard)
      m.expect(downloads('other')).toBeObservable('---o(F|)', heard)
      m.expect(other).toHaveSubscriptions('---^!')
    }),
  )
})
