import { EMPTY } from 'rxjs'
import type { Context } from 'rxjs-marbles'
import { describe, expect, it } from 'vitest'
import type { Publication } from '../../../src/model/publication.js'
import { metrics, type MetricsDeps } from '../../../src/streams/background/metrics.js'
import { marbles } from '../../support/marbles.js'

const figures = { f: { cpu_metrics: { percent: 1 } } }

const at = (ms: number): Publication => ({
  subtopic: 'control/proplet/metrics',
  payload: {
    proplet_id: 'p1',
    namespace: 'default',
    timestamp: `1970-01-01T00:00:00.${String(ms).padStart(3, '0')}Z`,
    cpu_metrics: { percent: 1 },
  },
  keep: 'latest',
})

const metricsWith = (
  m: Context,
  sample: MetricsDeps['sample'],
  onError: MetricsDeps['onError'] = () => undefined,
) => metrics({ propletId: 'p1', namespace: 'default', intervalMs: 10, sample, onError, clock: m.scheduler })

describe('metrics', () => {
  it(
    'takes a sample at each interval, with a timestamp',
    marbles((m) => {
      const sample = m.cold('-(f|)', figures)
      const subs = '         ^ 25ms !'
      const sampleSubs = ['  10ms ^!', '20ms ^!']
      const expected = '     11ms a 9ms b'
      m.expect(
        metricsWith(m, () => sample),
        subs,
      ).toBeObservable(expected, { a: at(11), b: at(21) })
      m.expect(sample).toHaveSubscriptions(sampleSubs)
    }),
  )

  it(
    'skips intervals while a sample takes long, and never takes two at a time',
    marbles((m) => {
      const sample = m.cold('15ms (f|)', figures)
      const subs = '         ^ 50ms !'
      const sampleSubs = ['  10ms ^ 14ms !', '30ms ^ 14ms !', '50ms ^!']
      const expected = '     25ms a 19ms b'
      m.expect(
        metricsWith(m, () => sample),
        subs,
      ).toBeObservable(expected, { a: at(25), b: at(45) })
      m.expect(sample).toHaveSubscriptions(sampleSubs)
    }),
  )

  it(
    'skips a sample that fails or throws, reports it, and continues',
    marbles((m) => {
      const failing = m.cold<object>('-#', undefined, new Error('failing'))
      const good = m.cold('(f|)', figures)
      const reported: unknown[] = []
      let turn = 0
      const sample = () => {
        turn += 1
        if (turn === 1) return failing
        if (turn === 2) throw new Error('throwing')
        return good
      }
      const subs = '    ^ 35ms !'
      const expected = '30ms a'
      const published$ = metricsWith(m, sample, (error) => reported.push(error))
      m.expect(published$, subs).toBeObservable(expected, { a: at(30) })
      m.expect(failing).toHaveSubscriptions('10ms ^!')
      m.flush()
      expect(reported).toStrictEqual([new Error('failing'), new Error('throwing')])
    }),
  )

  it(
    'publishes nothing for an empty sample',
    marbles((m) => {
      m.expect(
        metricsWith(m, () => EMPTY),
        '^ 35ms !',
      ).toBeObservable('-')
    }),
  )

  it(
    'completes at once, without samples, with an interval of 0',
    marbles((m) => {
      const sample = m.cold('(f|)', figures)
      const off = { propletId: 'p1', namespace: 'default', intervalMs: 0, onError: () => undefined }
      m.expect(metrics({ ...off, sample: () => sample, clock: m.scheduler })).toBeObservable('|')
      m.expect(sample).toHaveSubscriptions([])
    }),
  )

  it(
    'cancels the current sample on unsubscription',
    marbles((m) => {
      const sample = m.cold('  -----')
      const subs = '           ^ 11ms !'
      const sampleSubs = '10ms ^-!'
      m.expect(
        metricsWith(m, () => sample),
        subs,
      ).toBeObservable('-')
      m.expect(sample).toHaveSubscriptions(sampleSubs)
    }),
  )
})
