import { describe, it } from 'vitest'
import { mapDefined } from '../../../src/streams/operators/map-defined.js'
import { marbles } from '../../support/marbles.js'

const values: Record<string, number> = { a: 1, b: 2, c: 3, d: 4 }
const halved = mapDefined((value: number) => (value % 2 === 0 ? value / 2 : undefined))

describe('mapDefined', () => {
  it(
    'maps values, and leaves out what maps to undefined',
    marbles((m) => {
      const source = m.hot('-ab(dcb)-|', values)
      const subs = '         ^--------!'
      const expected = '     --a(ba)--|'
      m.expect(source.pipe(halved)).toBeObservable(expected, values)
      m.expect(source).toHaveSubscriptions(subs)
    }),
  )

  it(
    'passes other empty values',
    marbles((m) => {
      const source = m.hot('-abc|', { a: 0, b: '', c: null })
      m.expect(source.pipe(mapDefined((value) => value))).toBeObservable('-abc|', { a: 0, b: '', c: null })
    }),
  )

  it(
    'stays silent, completes and fails with its source or the projection, and unsubscribes from it',
    marbles((m) => {
      const never = m.hot<number>('-')
      const failing = m.cold<number>('-b#', values)
      const error = new Error('bad')
      const bad = mapDefined<number, number>(() => {
        throw error
      })
      m.expect(never.pipe(halved), '       ^--!').toBeObservable('-')
      m.expect(never).toHaveSubscriptions('^--!')
      m.expect(m.cold<number>('|').pipe(halved)).toBeObservable('|')
      m.expect(failing.pipe(halved)).toBeObservable('-a#', values)
      m.expect(m.cold<number>('-b', values).pipe(bad)).toBeObservable('-#', {}, error)
    }),
  )
})
