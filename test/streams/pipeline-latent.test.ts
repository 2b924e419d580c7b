import type { Observable } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { RunEvent, RunRequest } from '../../src/model/runtime.js'
import { marbles } from '../support/marbles.js'
import { outputs, pipelineWith, published } from '../support/pipeline.js'
import { fakeRuntime, runEvents } from '../support/runtime.js'

describe('the pipeline of latent tasks', () => {
  it(
    'compiles one, and answers each invocation at once, without the hold',
    marbles((m) => {
      const requests: RunRequest[] = []
      const run = m.cold('     --(e|)', runEvents)
      const runtime = fakeRuntime((): Observable<RunEvent> => run, m.scheduler)
      const { begin, values } = pipelineWith(m, {
        settings: { maxTasks: 2, queueMax: 2, resultHoldMs: 50 },
        deps: {
          runtime: {
            run: (request, stop$) => {
              requests.push(request)
              return runtime.run(request, stop$)
            },
          },
        },
      })
      const message$ = m.hot(' l----12', values)
      const expected = '       -------12'
      m.expect(published(begin({ message$ }))).toBeObservable(expected, outputs)
      m.flush()
      expect(requests.map(({ name, compileOnly = false }) => [name, compileOnly])).toStrictEqual([
        ['latent', true],
        ['latent', false],
        ['latent', false],
      ])
    }),
  )

  it(
    'lets invocations wait for the compilation; they run what was started last',
    marbles((m) => {
      const compiled = m.cold('-----(e|)', runEvents)
      const other = m.cold('   ----(e|)', runEvents)
      const { begin, values } = pipelineWith(m, { runs: { latent: compiled, other } })
      const message$ = m.hot(' l-1', values)
      m.expect(published(begin({ message$ }))).toBeObservable('----------1', outputs)

      const again = pipelineWith(m, { runs: { latent: m.cold('-'), other } })
      const messages = m.hot(' l-1 30ms L', again.values)
      const slow$ = published(again.begin({ message$: messages }))
      m.expect(slow$).toBeObservable('33ms --------1', outputs)
    }),
  )

  it(
    'ends invocations at a stop of the task, publishes nothing for the task, and forgets it',
    marbles((m) => {
      const compiles = fakeRuntime(() => m.cold('(e|)', runEvents), m.scheduler)
      const spins = fakeRuntime(() => m.cold('-'), m.scheduler)
      const { begin, values } = pipelineWith(m, {
        deps: {
          runtime: {
            run: (request, stop$) => (request.compileOnly ? compiles : spins).run(request, stop$),
          },
        },
      })
      const message$ = m.hot(' l-1--y 30ms 1', values)
      m.expect(published(begin({ message$ }))).toBeObservable('-------3 28ms 5', outputs)
    }),
  )

  it(
    'answers an invocation that is malformed',
    marbles((m) => {
      const { begin, values } = pipelineWith(m)
      m.expect(published(begin({ message$: m.hot('-m', values) }))).toBeObservable('-m', outputs)
    }),
  )

  it(
    'ends silently with the proplet, and late invocations are refused with the reason',
    marbles((m) => {
      const run = m.cold('     (e|)', runEvents)
      const busy = m.cold('    -----------(e|)', runEvents)
      const { begin, values } = pipelineWith(m, { runs: { latent: run, add: busy } })
      const message$ = m.hot(' l-s--2', values)
      const stop$ = m.hot('    ----x')
      const expected = '       -----4-------e 16ms |'
      m.expect(published(begin({ message$, stop$ }))).toBeObservable(expected, outputs)
    }),
  )
})
