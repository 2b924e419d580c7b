import { map, of, timer, type Observable } from 'rxjs'
import type { Context } from 'rxjs-marbles'
import { describe, it } from 'vitest'
import { batches, type BatchesDeps, type BatchReport } from '../../../src/streams/observe/batches.js'
import { marbles } from '../../support/marbles.js'
import type { Sent } from '../../../src/model/span.js'

const TAKEN: Sent = { kind: 'taken', refused: 0 }
const AWAY: Sent = { kind: 'retry', why: 'away' }

/** A collector that responds with `answers` in turn, and repeats the last, each time `ms` after a batch. */
const collector = (m: Context, answers: readonly Sent[], ms = 0) => {
  const taken: string[] = []
  let n = 0
  const send = (batch: readonly string[]): Observable<Sent> => {
    taken.push(batch.join(''))
    const answer = answers[Math.min(n++, answers.length - 1)] ?? TAKEN
    return ms === 0 ? of(answer) : timer(ms, m.scheduler).pipe(map(() => answer))
  }
  return { taken, send }
}

const sentBy = (
  m: Context,
  source: Observable<string>,
  { taken, send }: ReturnType<typeof collector>,
  more: Partial<BatchesDeps<string>> = {},
) =>
  source.pipe(
    batches({
      send,
      backoffMs: (failures) => failures * 10,
      clock: m.scheduler,
      maxBatch: 3,
      maxWaiting: 5,
      everyMs: 5,
      flushMs: 20,
      ...more,
    }),
    map(({ sent, lost }: BatchReport) => `${taken.at(-1) ?? ''} ${sent.kind} ${lost}`),
  )

describe('batches', () => {
  it(
    'sends a batch at each interval, a full one at once, and the rest at the end',
    marbles((m) => {
      const source = m.hot('-a-b---cdefg|')
      m.expect(sentBy(m, source, collector(m, [TAKEN]))).toBeObservable('-----x---y--(z|)', {
        x: 'ab taken 0',
        y: 'cde taken 0',
        z: 'fg taken 0',
      })
      m.expect(source).toHaveSubscriptions('^-----------!')
    }),
  )
  it(
    'sends one batch at a time; if that is too slow, the oldest items are dropped and reported',
    marbles((m) => {
      const source = m.hot('abcdefghijk|')
      m.expect(sentBy(m, source, collector(m, [TAKEN], 10), { flushMs: 30 })).toBeObservable(
        '12ms x 9ms y 9ms (z|)',
        {
          x: 'abc taken 3',
          y: 'ghi taken 0',
          z: 'jk taken 0',
        },
      )
    }),
  )
  it(
    'retries a batch after a growing pause, or after the requested one',
    marbles((m) => {
      const source = m.hot('abc')
      const answers: readonly Sent[] = [AWAY, AWAY, { ...AWAY, afterMs: 50 }, TAKEN]
      const seen = sentBy(m, source, collector(m, answers))
      m.expect(seen, '100ms !').toBeObservable('--r 9ms r 19ms r 49ms t', {
        r: 'abc retry 0',
        t: 'abc taken 0',
      })
    }),
  )
  it(
    'keeps the newest while the collector is away',
    marbles((m) => {
      const source = m.hot('abc-defg')
      const seen = sentBy(m, source, collector(m, [AWAY, TAKEN]))
      m.expect(seen, '20ms !').toBeObservable('--r 9ms s 4ms t', {
        r: 'abc retry 0',
        s: 'cde taken 2',
        t: 'fg taken 0',
      })
    }),
  )
  it(
    'gives up a refused batch, and counts the rejected items of a partly accepted one',
    marbles((m) => {
      const source = m.hot('abcdef')
      const answers: readonly Sent[] = [
        { kind: 'refused', why: 'bad' },
        { kind: 'taken', refused: 2 },
      ]
      const seen = sentBy(m, source, collector(m, answers))
      m.expect(seen, '20ms !').toBeObservable('--r 9ms t', { r: 'abc refused 3', t: 'def taken 2' })
    }),
  )
  it(
    'ends with the source if the collector is away, and after its time limit if that is slow',
    marbles((m) => {
      m.expect(sentBy(m, m.hot('abc-|'), collector(m, [AWAY]))).toBeObservable('--r-|', { r: 'abc retry 0' })
      m.expect(sentBy(m, m.hot('a|'), collector(m, [AWAY]))).toBeObservable('-(r|)', { r: 'a retry 0' })
      m.expect(sentBy(m, m.hot('a|'), collector(m, [TAKEN], 100))).toBeObservable('21ms |')
    }),
  )
  it(
    'stays silent, completes and fails with its source, and unsubscribes from it',
    marbles((m) => {
      const source = m.hot('-')
      m.expect(sentBy(m, source, collector(m, [TAKEN])), '10ms !').toBeObservable('-')
      m.expect(source).toHaveSubscriptions('^ 9ms !')
      m.expect(sentBy(m, m.cold('|'), collector(m, [TAKEN]))).toBeObservable('|')
      m.expect(sentBy(m, m.cold('-#'), collector(m, [TAKEN]))).toBeObservable('-#')
    }),
  )
})
