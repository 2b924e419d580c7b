import { describe, it } from 'vitest'
import type { Decoded, Received, Target } from '../../../src/model/command.js'
import { target } from '../../../src/streams/commands/target.js'
import { marbles } from '../../support/marbles.js'
import { chunk, invoke, start, stop } from '../../support/model.js'

const rejection = (task: (Target & { readonly id: string }) | undefined): Received<Decoded> => ({
  type: 'rejected',
  subtopic: 'control/manager/start',
  reason: 'bad',
  task,
  receivedAt: 0,
})

const kinds: Readonly<Record<string, (to: Target) => Received<Decoded>>> = {
  start: (to) => start('t', to),
  stop: (to) => stop('t', to),
  invoke: (to) => invoke('t', 'i', to),
  'a rejection that names a task': (to) => rejection({ id: 't', ...to }),
}

const addresses = [
  { broadcast: true, propletId: undefined, passes: true },
  { broadcast: true, propletId: 'p1', passes: true },
  { broadcast: true, propletId: 'p2', passes: true },
  { broadcast: false, propletId: undefined, passes: true },
  { broadcast: false, propletId: 'p1', passes: true },
  { broadcast: false, propletId: 'p2', passes: false },
]

describe('target', () => {
  for (const [kind, messageTo] of Object.entries(kinds))
    for (const { broadcast, propletId, passes } of addresses)
      it(
        `${passes ? 'passes' : 'drops'} ${kind} with broadcast ${broadcast} to ${propletId ?? 'nobody in particular'}`,
        marbles((m) => {
          const values = { a: messageTo({ broadcast, propletId }) }
          const source = m.hot('   -a-|', values)
          const subs = '            ^--!'
          const expected = passes ? '-a-|' : '---|'
          m.expect(source.pipe(target('p1'))).toBeObservable(expected, values)
          m.expect(source).toHaveSubscriptions(subs)
        }),
      )

  it(
    'passes chunks and rejections that name no task to everyone, in order',
    marbles((m) => {
      const values = { c: { ...chunk('i', 0, 1, 'x'), receivedAt: 0 }, r: rejection(undefined) }
      const source = m.hot('-c(rc)|', values)
      const subs = '         ^-----!'
      const expected = '     -c(rc)|'
      m.expect(source.pipe(target('p1'))).toBeObservable(expected, values)
      m.expect(source).toHaveSubscriptions(subs)
    }),
  )

  it(
    'stays silent, completes and fails with its source, and unsubscribes from it',
    marbles((m) => {
      const never = m.hot<Received<Decoded>>('-')
      const empty = m.cold<Received<Decoded>>('|')
      const failing = m.cold<Received<Decoded>>('#')
      m.expect(never.pipe(target('p1')), ' ^--!').toBeObservable('-')
      m.expect(never).toHaveSubscriptions('^--!')
      m.expect(empty.pipe(target('p1'))).toBeObservable('|')
      m.expect(empty).toHaveSubscriptions('(^!)')
      m.expect(failing.pipe(target('p1'))).toBeObservable('#')
      m.expect(failing).toHaveSubscriptions('(^!)')
    }),
  )
})
