import { describe, it } from 'vitest'
import { ofType } from '../../../src/streams/operators/of-type.js'
import { marbles } from '../../support/marbles.js'

type A = { readonly type: 'a' }
type B = { readonly type: 'b' }
type C = { readonly type: 'c' }
type Tagged = A | B | C

const a: A = { type: 'a' }
const b: B = { type: 'b' }
const c: C = { type: 'c' }
const values: Record<string, Tagged> = { a, b, c }

describe('ofType', () => {
  it(
    'passes the members that have the tag',
    marbles((m) => {
      const source = m.hot('-abc(ab)-|', values)
      const subs = '         ^--------!'
      const expected = '     --b-b----|'
      m.expect(source.pipe(ofType('b'))).toBeObservable(expected, { b })
      m.expect(source).toHaveSubscriptions(subs)
    }),
  )

  it(
    'passes the members that have one of several tags, in order',
    marbles((m) => {
      const source = m.hot('-abc(ca)-|', values)
      const subs = '         ^--------!'
      const expected = '     -a-c(ca)-|'
      m.expect(source.pipe(ofType('a', 'c'))).toBeObservable(expected, { a, c })
      m.expect(source).toHaveSubscriptions(subs)
    }),
  )

  it(
    'stays silent, completes and fails with its source, and unsubscribes from it',
    marbles((m) => {
      const never = m.hot<Tagged>('-')
      const empty = m.cold<Tagged>('|')
      const failing = m.cold<Tagged>('-#')
      m.expect(never.pipe(ofType('a')), '  ^--!').toBeObservable('-')
      m.expect(never).toHaveSubscriptions('^--!')
      m.expect(empty.pipe(ofType('a'))).toBeObservable('  |')
      m.expect(empty).toHaveSubscriptions('(^!)')
      m.expect(failing.pipe(ofType('a'))).toBeObservable('-#')
      m.expect(failing).toHaveSubscriptions('^!')
    }),
  )
})
