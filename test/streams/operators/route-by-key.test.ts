import { NEVER, take } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { routeByKey } from '../../../src/streams/operators/route-by-key.js'
import { marbles } from '../../support/marbles.js'

const first = (value: string): string => value.charAt(0)
const values = { a: 'a1', b: 'b1', c: 'a2', d: 'b2', z: 'z1' }

describe('routeByKey', () => {
  it(
    'passes each value to all subscribers of its key, and drops values without any',
    marbles((m) => {
      const source = m.hot<string>('-a-b-z-c-d-|', values)
      const streamOf = routeByKey(source, first)
      m.expect(streamOf('a')).toBeObservable('          -a-----c---|', values)
      m.expect(streamOf('a'), '--^').toBeObservable('   -------c---|', values)
      m.expect(streamOf('b'), '^---!').toBeObservable(' ---b', values)
      m.expect(source).toHaveSubscriptions('^----------!')
    }),
  )

  it(
    'is subscribed to its source only while it has subscribers',
    marbles((m) => {
      const source = m.hot<string>('-a-b-c-|', values)
      const streamOf = routeByKey(source, first)
      m.expect(streamOf('a').pipe(take(1))).toBeObservable('-(a|)', values)
      m.expect(streamOf('b'), '--^-!').toBeObservable('---b', values)
      m.expect(source).toHaveSubscriptions(['^!', '--^-!'])
    }),
  )

  it(
    'fails all subscribers with its source, and stays silent with it',
    marbles((m) => {
      const streamOf = routeByKey(m.hot<string>('-a-#', values), first)
      m.expect(streamOf('a')).toBeObservable('-a-#', values)
      m.expect(streamOf('b')).toBeObservable('---#')
      m.expect(routeByKey(NEVER, first)('a'), '^-!').toBeObservable('-')
    }),
  )

  it(
    'passes a synchronous source to the first subscriber',
    marbles((m) => {
      const streamOf = routeByKey(m.cold<string>('(ab|)', values), first)
      m.expect(streamOf('a')).toBeObservable('(a|)', values)
    }),
  )

  it(
    'computes the key of a value once, however many subscribers there are',
    marbles((m) => {
      let asked = 0
      const streamOf = routeByKey(m.hot<string>('-a-b-|', values), (value) => {
        asked += 1
        return first(value)
      })
      for (const key of ['a', 'a', 'b', 'c', 'd']) streamOf(key).subscribe()
      m.flush()
      expect(asked).toBe(2)
    }),
  )
})
