import { describe, it } from 'vitest'
import { inflowOf } from '../../../src/io/mqtt/inflow.js'
import { marbles } from '../../support/marbles.js'

const states = { f: false, t: true }
const inflows = { n: 'none', m: 'messages', l: 'large' } as const

describe('issue 14.5: the inflow', () => {
  it(
    'is of messages until none has come for a while',
    marbles((m) => {
      const message$ = m.hot(' 9ms x 999ms xx 9s x')
      const expected = '       n 8ms m 3249ms n 6751ms m'
      m.expect(inflowOf(m.hot('f', states), message$, m.scheduler), '^ 11500ms !').toBeObservable(
        expected,
        inflows,
      )
    }),
  )

  it(
    'is large as long as a large message is being received',
    marbles((m) => {
      const isLarge$ = m.hot(' f---t-----f', states)
      const message$ = m.hot(' --------x')
      const expected = '       n---l-----m 1997ms n'
      m.expect(inflowOf(isLarge$, message$, m.scheduler), '^ 3s !').toBeObservable(expected, inflows)
      m.expect(isLarge$).toHaveSubscriptions('^ 3s !')
      m.expect(message$).toHaveSubscriptions('^ 3s !')
    }),
  )
})
