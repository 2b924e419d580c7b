import { describe, it } from 'vitest'
import type { Received, Rejection } from '../../../src/model/command.js'
import type { TaskEvent } from '../../../src/model/task-event.js'
import { reject } from '../../../src/streams/results/reject.js'
import { marbles } from '../../support/marbles.js'
import { endOf, failed, ofInvocation } from '../../support/model.js'

const refused: Received<Rejection> = {
  type: 'rejected',
  subtopic: 'control/manager/start',
  reason: 'name: expected a string',
  task: { id: 't', broadcast: false, propletId: undefined },
  receivedAt: 5,
}

const inputs = {
  t: refused,
  u: { ...refused, task: undefined },
  i: { ...refused, task: { id: 't', broadcast: false, propletId: undefined, invocation: { id: 'i' } } },
}

const answer = endOf('t', failed('rejected', 'command refused: name: expected a string'), { receivedAt: 5 })

const events: Record<string, TaskEvent> = {
  t: answer,
  i: ofInvocation('t', 'i', answer),
  u: { type: 'rejected', subtopic: 'control/manager/start', reason: 'name: expected a string' },
}

describe('reject', () => {
  it(
    'answers a command that names a task with a failure, and reports any other message',
    marbles((m) => {
      const source = m.hot('-t-(tu)i|', inputs)
      const subs = '         ^-------!'
      const expected = '     -t-(tu)i|'
      m.expect(source.pipe(reject)).toBeObservable(expected, events)
      m.expect(source).toHaveSubscriptions(subs)
    }),
  )

  it(
    'stays silent, completes and fails with its source, and unsubscribes from it',
    marbles((m) => {
      const never = m.hot('  -t--', inputs)
      const empty = m.cold<Received<Rejection>>('|')
      const failing = m.cold<Received<Rejection>>('-#')
      const subs = '         ^-!'
      m.expect(never.pipe(reject), subs).toBeObservable('-t', events)
      m.expect(never).toHaveSubscriptions(subs)
      m.expect(empty.pipe(reject)).toBeObservable('|')
      m.expect(empty).toHaveSubscriptions('(^!)')
      m.expect(failing.pipe(reject)).toBeObservable('-#')
      m.expect(failing).toHaveSubscriptions('^!')
    }),
  )
})
