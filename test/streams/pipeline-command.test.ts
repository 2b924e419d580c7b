import { describe, it } from 'vitest'
import { marbles } from '../support/marbles.js'
import { stop } from '../support/model.js'
import { outputs, pipelineWith, published } from '../support/pipeline.js'

describe('a command that does not come over the broker', () => {
  const command = { x: stop('t'), o: stop('t', { propletId: 'p2' }) }
  const endless = { type: 'started', compileMs: 1 } as const

  it(
    'runs and is answered like others, if it is for this proplet',
    marbles((m) => {
      const { begin, values } = pipelineWith(m, { runs: { add: m.cold('s', { s: endless }) } })
      const message$ = m.hot('-s', values)
      const command$ = m.hot('--ox', command)
      const expected = '      -----x'
      m.expect(published(begin({ message$, command$ })), '^ 20ms !').toBeObservable(expected, outputs)
      m.expect(command$).toHaveSubscriptions('^ 20ms !')
    }),
  )

  it(
    'does not keep a pipeline from ending',
    marbles((m) => {
      const { begin, values } = pipelineWith(m)
      const message$ = m.hot('--', values)
      const command$ = m.hot('--', command)
      const stop$ = m.hot('-s')
      m.expect(published(begin({ message$, command$, stop$ }))).toBeObservable('-|')
      m.expect(command$).toHaveSubscriptions('^!')
    }),
  )
})
