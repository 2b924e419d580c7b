import { EMPTY, map, of } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { InboundMessage } from '../../src/model/connection.js'
import type { Stream } from '../../src/streams/extra.js'
import { marbles } from '../support/marbles.js'
import { inShort, links, outputs, pipelineWith, published } from '../support/pipeline.js'
import { runEvents } from '../support/runtime.js'

describe('pipeline: from start to result', () => {
  it(
    'announces itself, runs a task, and publishes its result',
    marbles((m) => {
      const run = m.cold('          ----s--(e|)', runEvents)
      const { values, begin } = pipelineWith(m, { runs: { add: run } })
      const message$ = m.hot('      -----s-------', values)
      const connection$ = m.hot('   -u-----------', links)
      const stop$ = m.hot('         -------------')
      const subs = '                ^ 99ms !'
      const runSubs = '             -----^------!'
      const expected = '            -(ch)-------e'
      m.expect(published(begin({ message$, connection$, stop$ })), subs).toBeObservable(expected, outputs)
      m.expect(run).toHaveSubscriptions(runSubs)
      m.expect(message$).toHaveSubscriptions(subs)
      m.expect(connection$).toHaveSubscriptions(subs)
      m.expect(stop$).toHaveSubscriptions(subs)
    }),
  )

  it(
    'tells all that happens to a task, and its result when it is due',
    marbles((m) => {
      const run = m.cold('          --------s-o-(e|)', runEvents)
      const { values, begin } = pipelineWith(m, { runs: { add: run }, settings: { holdMs: 50 } })
      const message$ = m.hot('      s', values)
      const subs = '                ^ 99ms !'
      const expected = '            (afr)---s-o-e 37ms R'
      m.expect(begin({ message$ }).pipe(map(inShort)), subs).toBeObservable(expected, {
        a: 'accepted t',
        f: 'fetched t',
        r: 'running t',
        s: 'started t',
        o: 'output t',
        e: 'ended t',
        R: outputs.e,
      })
    }),
  )

  it(
    'fetches an image once for two tasks, and ignores chunks for nobody',
    marbles((m) => {
      const run = m.cold('          --(e|)', runEvents)
      const { values, begin } = pipelineWith(m, { runs: { add: run } })
      const message$ = m.hot('      a(ij)a-b---', values)
      const subs = '                ^ 99ms !'
      const runSubs = ['            -------^-!', '---------^-!']
      const expected = '            -f-------i-j'
      m.expect(published(begin({ message$ })), subs).toBeObservable(expected, outputs)
      m.expect(run).toHaveSubscriptions(runSubs)
    }),
  )

  it(
    'answers a refused command that names a task of ours, and reports a message that names none',
    marbles((m) => {
      const { values, begin } = pipelineWith(m)
      const message$ = m.hot('      -r-q-n-', values)
      const subs = '                ^ 99ms !'
      const expected = '            -(re)n'
      m.expect(begin({ message$ }).pipe(map(inShort)), subs).toBeObservable(expected, {
        r: outputs.r,
        e: 'ended t',
        n: 'rejected no JSON',
      })
    }),
  )

  it(
    'does nothing for a command that is meant for another proplet',
    marbles((m) => {
      const { values, begin } = pipelineWith(m)
      const message$ = m.hot('      -o-', values)
      const subs = '                ^ 99ms !'
      m.expect(begin({ message$ }), subs).toBeObservable('-')
      m.expect(message$).toHaveSubscriptions(subs)
    }),
  )

  it(
    'stops a task that runs, and one whose stop comes with its start',
    marbles((m) => {
      const run = m.cold('          ---------', runEvents)
      const { values, begin } = pipelineWith(m, { runs: { add: run } })
      const message$ = m.hot('      s----x---- 40ms (sx)', values)
      const subs = '                ^ 99ms !'
      const runSubs = ['            ^------!', '50ms ^-!']
      const expected = '            -------x-- 42ms x'
      m.expect(published(begin({ message$ })), subs).toBeObservable(expected, outputs)
      m.expect(run).toHaveSubscriptions(runSubs)
    }),
  )

  it(
    'keeps the order of one id: start, stop, start runs again after the first has ended',
    marbles((m) => {
      const run = m.cold('          -----(e|)', runEvents)
      const { values, begin } = pipelineWith(m, { runs: { add: run }, settings: { holdMs: 20 } })
      const message$ = m.hot('      (sxs)', values)
      const subs = '                ^ 99ms !'
      const runSubs = ['            ^-!', '--^----!']
      const expected = '            20ms (xe)'
      m.expect(published(begin({ message$ })), subs).toBeObservable(expected, outputs)
      m.expect(run).toHaveSubscriptions(runSubs)
    }),
  )

  it(
    'runs two tasks at once where there is room for two',
    marbles((m) => {
      const long = m.cold('         -----(e|)', runEvents)
      const short = m.cold('        --(e|)', runEvents)
      const { values, begin } = pipelineWith(m, {
        runs: { add: long, second: short },
        settings: { maxTasks: 2 },
      })
      const message$ = m.hot('      -sS', values)
      const subs = '                ^ 99ms !'
      const expected = '            ----E-e'
      m.expect(published(begin({ message$ })), subs).toBeObservable(expected, outputs)
      m.expect(long).toHaveSubscriptions('  -^----!')
      m.expect(short).toHaveSubscriptions(' --^-!')
    }),
  )

  it(
    'lets as many wait as it may, and refuses the next',
    marbles((m) => {
      const first = m.cold('        -----(e|)', runEvents)
      const second = m.cold('       --(e|)', runEvents)
      const { values, begin } = pipelineWith(m, { runs: { add: first, second } })
      const message$ = m.hot('      -sST', values)
      const subs = '                ^ 99ms !'
      const expected = '            ---W--e-E'
      m.expect(published(begin({ message$ })), subs).toBeObservable(expected, outputs)
      m.expect(first).toHaveSubscriptions(' -^----!')
      m.expect(second).toHaveSubscriptions('------^-!')
    }),
  )

  it(
    'runs a daemon beside the tasks, announces it, and stops it later',
    marbles((m) => {
      const task = m.cold('         -----(e|)', runEvents)
      const daemon = m.cold('       --s------', runEvents)
      const { values, begin } = pipelineWith(m, { runs: { add: task, daemon } })
      const message$ = m.hot('      sD 47ms k', values)
      const subs = '                ^ 99ms !'
      const expected = '            ---D-e 45ms k'
      m.expect(published(begin({ message$ })), subs).toBeObservable(expected, outputs)
      m.expect(daemon).toHaveSubscriptions('-^ 49ms !')
    }),
  )

  it(
    'goes on after a port that throws: the task is answered',
    marbles((m) => {
      const broken = (): never => {
        throw new Error('broken')
      }
      const failed = outputs.r.replace('command refused: name: expected a string', 'broken')
      const subs = '                ^ 99ms !'
      const expected = '            -r- 27ms -r'
      for (const deps of [{ refuse: broken }, { runtime: { run: broken } }, { inline: broken }]) {
        const { values, begin } = pipelineWith(m, { deps })
        const message$ = m.hot('    -s- 27ms -s', values)
        m.expect(published(begin({ message$ })), subs).toBeObservable(expected, { r: failed })
      }
    }),
  )
})

describe('pipeline: beside the tasks', () => {
  it(
    'announces itself once, and beats while the link is up',
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
    'puts the metadata into heartbeats when a switch asks for it (trap 5)',
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
    'publishes what further streams make of its inputs, without the commands of others',
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
    'goes on without a further stream that fails, and reports it',
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
    'fails as its messages or its link do, and is over when there are no messages any more',
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
