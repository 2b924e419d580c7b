import { describe, it } from 'vitest'
import { marbles } from '../support/marbles.js'
import { links, outputs, pipelineWith, published } from '../support/pipeline.js'
import { runEvents } from '../support/runtime.js'

describe('pipeline: the shutdown', () => {
  it(
    'completes at once if nothing is active',
    marbles((m) => {
      const { values, begin } = pipelineWith(m)
      const message$ = m.hot('      ------', values)
      const connection$ = m.hot('   u-----', links)
      const stop$ = m.hot('         ----e-')
      const subs = '                ^---!'
      const expected = '            (ch)|'
      m.expect(published(begin({ message$, connection$, stop$ }))).toBeObservable(expected, outputs)
      m.expect(message$).toHaveSubscriptions(subs)
      m.expect(connection$).toHaveSubscriptions(subs)
      m.expect(stop$).toHaveSubscriptions(subs)
    }),
  )

  it(
    'completes when the last task has ended and its result is published, with heartbeats until then',
    marbles((m) => {
      const run = m.cold('          -- 28ms (e|)', runEvents)
      const { values, begin } = pipelineWith(m, {
        runs: { add: run },
        settings: { resultHoldMs: 55, heartbeatMs: 20 },
      })
      const message$ = m.hot('      s', values)
      const connection$ = m.hot('   u', links)
      const stop$ = m.hot('         -----e')
      const messageSubs = '         ^ 29ms !'
      const connectionSubs = '      ^ 54ms !'
      const expected = '            (ch) 16ms h 19ms h 14ms (e|)'
      m.expect(published(begin({ message$, connection$, stop$ }))).toBeObservable(expected, outputs)
      m.expect(message$).toHaveSubscriptions(messageSubs)
      m.expect(connection$).toHaveSubscriptions(connectionSubs)
      m.expect(stop$).toHaveSubscriptions('^----!')
    }),
  )

  it(
    'refuses new tasks while it drains, with the reason',
    marbles((m) => {
      const run = m.cold('          -- 38ms (e|)', runEvents)
      const { values, begin } = pipelineWith(m, { runs: { add: run } })
      const message$ = m.hot('      s--------S-', values)
      const stop$ = m.hot('         -----e-----')
      const expected = '            ---------N 30ms (e|)'
      m.expect(published(begin({ message$, stop$ }))).toBeObservable(expected, outputs)
      m.expect(run).toHaveSubscriptions('^ 39ms !')
    }),
  )

  it(
    'ends running tasks at the deadline, and answers later ones',
    marbles((m) => {
      const run = m.cold('          -------', runEvents)
      const { values, begin } = pipelineWith(m, { runs: { add: run }, settings: { shutdownMs: 40 } })
      const message$ = m.hot('      s 45ms S', values)
      const stop$ = m.hot('         -----e')
      const expected = '            46ms No 23ms |'
      m.expect(published(begin({ message$, stop$ }))).toBeObservable(expected, outputs)
      m.expect(run).toHaveSubscriptions('   ^ 46ms !')
      m.expect(message$).toHaveSubscriptions('^ 46ms !')
    }),
  )

  it(
    'answers a start that waits for an earlier task of its ID',
    marbles((m) => {
      const run = m.cold('          -------', runEvents)
      const { values, begin } = pipelineWith(m, { runs: { add: run } })
      const message$ = m.hot('      s---(xs)', values)
      const stop$ = m.hot('         -----e')
      const expected = '            ------(xn) 21ms |'
      m.expect(published(begin({ message$, stop$ }))).toBeObservable(expected, outputs)
      m.expect(run).toHaveSubscriptions('   ^-----!')
      m.expect(message$).toHaveSubscriptions('^-----!')
    }),
  )

  it(
    'ends a fetch and a daemon at once',
    marbles((m) => {
      const daemon = m.cold('       -s-----', runEvents)
      const { values, begin } = pipelineWith(m, { runs: { daemon } })
      const message$ = m.hot('      (iD)', values)
      const stop$ = m.hot('         49ms e')
      const late = outputs.i.replace(
        '"30","error":null',
        '"","error":"task not started: the proplet is shutting down"',
      )
      const ended = outputs.k.replace('task stopped', 'ended by the shutdown')
      const expected = '            fD 47ms i-(k|)'
      m.expect(published(begin({ message$, stop$ }))).toBeObservable(expected, {
        ...outputs,
        i: late,
        k: ended,
      })
      m.expect(daemon).toHaveSubscriptions('^ 50ms !')
    }),
  )
})
