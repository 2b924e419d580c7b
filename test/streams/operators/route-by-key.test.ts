import { NEVER, take } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { routeByKey } from '../../../src/streams/operators/route-by-key.js'
import { marbles } from '../../support/marbles.js'

const first = (value: string): string => value.charAt(0)
const values = { a: 'a1', b: 'b1', c: 'a2', d: 'b2', z: 'z1' }

describe('routeByKey', () => {
  it(
    'leads each value to all who listen to its key, and drops what nobody listens to',
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
    'is subscribed to its source only while somebody listens',
    marbles((m) => {
      const source = m.hot<string>('-a-b-c-|', values)
      const streamOf = routeByKey(source, first)
      m.expect(streamOf('a').pipe(take(1))).toBeObservable('-(a|)', values)
      m.expect(streamOf('b'), '--^-!').toBeObservable('---b', values)
      m.expect(source).toHaveSubscriptions(['^!', '--^-!'])
    }),
  )

  it(
    'fails all with its source, and is silent as it is',
    marbles((m) => {
      const streamOf = routeByKey(m.hot<string>('-a-#', values), first)
      m.expect(streamOf('a')).toBeObservable('-a-#', values)
      m.expect(streamOf('b')).toBeObservable('---#')
      m.expect(routeByKey(NEVER, first)('a'), '^-!').toBeObservable('-')
    }),
  )

  it(
    'gives a source that emits at once to the first who listens',
    marbles((m) => {
      const streamOf = routeByKey(m.cold<string>('(ab|)', values), first)
      m.expect(streamOf('a')).toBeObservable('(a|)', values)
    }),
  )

  it(
    'asks for the key of a value once, however many listen',
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
