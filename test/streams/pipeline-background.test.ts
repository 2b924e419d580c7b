import { EMPTY, map, of } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { InboundMessage } from '../../src/model/connection.js'
import type { Stream } from '../../src/streams/background/telemetry.js'
import { marbles } from '../support/marbles.js'
import { links, outputs, pipelineWith, published } from '../support/pipeline.js'
import { runEvents } from '../support/runtime.js'

describe('pipeline: beside the tasks', () => {
  it(
    'announces itself once, and sends heartbeats while connected',
    marbles((m) => {
      const { values, begin } = pipelineWith(m, { settings: { heartbeatMs: 20 } })
      const message$ = m.hot('      -', values)
      const connection$ = m.hot('   -u 28ms d 19ms u', links)
      const subs = '                ^ 60ms !'
      const expected = '            -(ch) 16ms h 28ms h'
      m.expect(published(begin({ message$, connection$ })), subs).toBeObservable(expected, outputs)
      m.expect(connection$).toHaveSubscriptions(subs)
    }),
  )

  it(
    'includes the metadata in heartbeats if enabled (trap 5)',
    marbles((m) => {
      const { values, begin } = pipelineWith(m, { settings: { heartbeatMetadata: true } })
      const message$ = m.hot('      -', values)
      const connection$ = m.hot('   u', links)
      const expected = '            (ch)'
      const alive = outputs.h.replace('}', ',"metadata":{"os":"linux"}}')
      m.expect(published(begin({ message$, connection$ })), '^-----!').toBeObservable(expected, {
        ...outputs,
        h: alive,
      })
    }),
  )

  it(
    'publishes metrics, and reports a sample that fails',
    marbles((m) => {
      const reported: string[] = []
      let turn = 0
      const { values, begin } = pipelineWith(m, {
        settings: { metricsMs: 10 },
        deps: {
          sample: () => {
            turn += 1
            if (turn === 1) throw new Error('no figures')
            return of({ cpu_metrics: {} })
          },
          onError: (_, stream) => reported.push(stream),
        },
      })
      const message$ = m.hot('      -', values)
      const figures =
        'control/proplet/metrics {"proplet_id":"p1","namespace":"default","timestamp":"1970-01-01T00:00:00.020Z","cpu_metrics":{}}'
      m.expect(published(begin({ message$ })), '^ 25ms !').toBeObservable('20ms m', { m: figures })
      m.flush()
      expect(reported).toStrictEqual(['metrics'])
    }),
  )

  it(
    'publishes what telemetry streams derive from its inputs, without commands for others',
    marbles((m) => {
      const run = m.cold('          --(e|)', runEvents)
      const tell = (what: string) => ({ subtopic: what, payload: {}, keep: 'latest' as const })
      const streams: readonly Stream[] = [
        ({ command$ }) => command$.pipe(map(({ type, id }) => tell(`${type} of ${id}`))),
        ({ outcome$ }) => outcome$.pipe(map(({ id, outcome }) => tell(`${id} ${outcome.kind}`))),
        ({ connection$ }) => connection$.pipe(map(({ state }) => tell(state))),
      ]
      const { values, begin } = pipelineWith(m, { runs: { add: run }, deps: { streams } })
      const message$ = m.hot('      -o-s--', values)
      const connection$ = m.hot('   d-----', links)
      const subs = '                ^ 99ms !'
      const expected = '            d--s-(eo)'
      m.expect(published(begin({ message$, connection$ })), subs).toBeObservable(expected, {
        d: 'down {}',
        s: 'start of t {}',
        e: outputs.e,
        o: 't completed {}',
      })
      m.expect(message$).toHaveSubscriptions(subs)
    }),
  )

  it(
    'continues without a failed telemetry stream, and reports it',
    marbles((m) => {
      const reported: unknown[] = []
      const failing: Stream = () => {
        throw new Error('no telemetry')
      }
      const run = m.cold('          --(e|)', runEvents)
      const onError = (error: unknown, stream: string) => reported.push([stream, error])
      const { values, begin } = pipelineWith(m, {
        runs: { add: run },
        deps: { streams: [failing], onError },
      })
      const message$ = m.hot('      -s', values)
      m.expect(published(begin({ message$ })), '^ 99ms !').toBeObservable('---e', outputs)
      m.flush()
      expect(reported).toStrictEqual([['failing', new Error('no telemetry')]])
    }),
  )

  it(
    'fails with its messages or its connection, and completes with its messages',
    marbles((m) => {
      const { begin } = pipelineWith(m)
      const message$ = m.hot<InboundMessage>('-------')
      const failing = m.cold<never>('         ---#')
      const subs = '                           ^--!'
      m.expect(begin({ message$: failing })).toBeObservable('                     ---#')
      m.expect(begin({ message$, connection$: failing })).toBeObservable('         ---#')
      m.expect(begin({ message$: EMPTY })).toBeObservable('                       |')
      m.expect(message$).toHaveSubscriptions(subs)
      m.expect(failing).toHaveSubscriptions([subs, subs])
    }),
  )
})
