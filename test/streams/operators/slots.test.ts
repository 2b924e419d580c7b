import { concat, defer, EMPTY, merge, mergeMap, range, tap, type Observable } from 'rxjs'
import { describe, it } from 'vitest'
import { createSlots } from '../../../src/streams/operators/slots.js'
import { marbles } from '../../support/marbles.js'

const broken = (): never => {
  throw new Error('broken')
}

const merged = ({ use }: ReturnType<typeof createSlots>, tasks: readonly Observable<string>[]) =>
  merge(...tasks.map((task) => use(() => task)))

describe('slots', () => {
  it(
    'runs as many at once as there are slots, and the others in order of arrival',
    marbles((m) => {
      const a = m.cold('    ---(a|)')
      const b = m.cold('    -----(b|)')
      const c = m.cold('    --(c|)')
      const d = m.cold('    ----(d|)')
      const aSubs = '       ^--!'
      const bSubs = '       ^----!'
      const cSubs = '       ---^-!'
      const dSubs = '       -----^---!'
      const expected = '    ---a-(bc)(d|)'
      m.expect(merged(createSlots(2), [a, b, c, d])).toBeObservable(expected)
      m.expect(a).toHaveSubscriptions(aSubs)
      m.expect(b).toHaveSubscriptions(bSubs)
      m.expect(c).toHaveSubscriptions(cSubs)
      m.expect(d).toHaveSubscriptions(dSubs)
    }),
  )

  it(
    'runs nothing without slots',
    marbles((m) => {
      const a = m.cold('(a|)')
      m.expect(
        createSlots(0).use(() => a),
        '^-----!',
      ).toBeObservable('-')
      m.expect(a).toHaveSubscriptions([])
    }),
  )

  it(
    'lets the next in when a running one is unsubscribed',
    marbles((m) => {
      const { use } = createSlots(1)
      const a = m.cold('    ------')
      const b = m.cold('    --(b|)')
      const aSubs = '       ^--!'
      const bSubs = '       ---^-!'
      const expected = '    -----(b|)'
      m.expect(
        use(() => a),
        aSubs,
      ).toBeObservable('-')
      m.expect(use(() => b)).toBeObservable(expected)
      m.expect(a).toHaveSubscriptions(aSubs)
      m.expect(b).toHaveSubscriptions(bSubs)
    }),
  )

  it(
    'gives no slot to one that stops waiting',
    marbles((m) => {
      const { use } = createSlots(1)
      const a = m.cold('    ----(a|)')
      const b = m.cold('    (b|)')
      const c = m.cold('    --(c|)')
      const bWaits = '      -^-!'
      const cSubs = '       ----^-!'
      m.expect(use(() => a)).toBeObservable('          ----(a|)')
      m.expect(
        use(() => b),
        bWaits,
      ).toBeObservable('  -')
      m.expect(
        use(() => c),
        '--^',
      ).toBeObservable('   ------(c|)')
      m.expect(b).toHaveSubscriptions([])
      m.expect(c).toHaveSubscriptions(cSubs)
    }),
  )

  it(
    'frees the slot of one that fails or throws, and passes the error on',
    marbles((m) => {
      const { use } = createSlots(1)
      const a = m.cold('    --#', undefined, new Error('a failed'))
      const c = m.cold('    --(c|)')
      const aSubs = '       ^-!'
      const cSubs = '       --^-!'
      m.expect(use(() => a)).toBeObservable(' --#', undefined, new Error('a failed'))
      m.expect(use(broken)).toBeObservable('  --#', undefined, new Error('broken'))
      m.expect(use(() => c)).toBeObservable(' ----(c|)')
      m.expect(a).toHaveSubscriptions(aSubs)
      m.expect(c).toHaveSubscriptions(cSubs)
    }),
  )

  it(
    'frees the slot of one that is empty, or unsubscribed during its start',
    marbles((m) => {
      const { use } = createSlots(1)
      const a = m.cold('  -(a|)')
      m.expect(
        concat(
          use(() => EMPTY),
          use(() => a),
        ),
      ).toBeObservable('-(a|)')
      m.expect(a).toHaveSubscriptions('^!')
    }),
  )

  it(
    'keeps a slot of the size it has: two that free their slots let two in',
    marbles((m) => {
      const task = m.cold('-----(x|)')
      const subs = ['      ^----!', '^----!', '-----^----!', '-----^----!', '----------^----!']
      const expected = '   -----(xx)-(xx)-(x|)'
      m.expect(merged(createSlots(2), [task, task, task, task, task])).toBeObservable(expected)
      m.expect(task).toHaveSubscriptions(subs)
    }),
  )

  it(
    'lets the next one in when one leaves early, and only once',
    marbles((m) => {
      const { use } = createSlots(1)
      const early = m.cold('  --l------(e|)')
      const next = m.cold('   ---(n|)')
      const last = m.cold('   -(x|)')
      const left$ = use((leave) => early.pipe(tap((value) => (value === 'l' ? leave() : undefined))))
      m.expect(
        merge(
          left$,
          use(() => next),
          use(() => last),
        ),
      ).toBeObservable('--l--nx--(e|)')
      m.expect(next).toHaveSubscriptions('--^--!')
      m.expect(last).toHaveSubscriptions('-----^!')
    }),
  )

  it(
    'does not let a newcomer overtake those who wait',
    marbles((m) => {
      const { use } = createSlots(1)
      const gate = m.cold<string>('--|')
      // `late` requests its slot in the frame in which the first one frees it, while `second` still waits.
      const first$ = concat(
        use(() => ['first']),
        use(() => ['late']),
      )
      const second$ = use(() => ['second'])
      m.expect(
        merge(
          use(() => gate),
          first$,
          second$,
        ),
      ).toBeObservable('--(fsl|)', { f: 'first', s: 'second', l: 'late' })
    }),
  )

  it(
    'runs ten thousand that end synchronously, without a deep stack',
    marbles((m) => {
      const { use } = createSlots(1)
      const gate = m.cold<number>('--|')
      let ran = 0
      const task$ = defer(() => {
        ran += 1
        return EMPTY
      })
      const all$ = merge(
        use(() => gate),
        range(10_000).pipe(mergeMap(() => use(() => task$))),
      )
      const count$ = concat(
        all$,
        defer(() => [ran]),
      )
      m.expect(count$).toBeObservable('--(n|)', { n: 10_000 })
      m.expect(gate).toHaveSubscriptions('^-!')
    }),
  )
})
