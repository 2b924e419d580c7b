import { describe, it } from 'vitest'
import type { TaskEvent } from '../../../src/model/task-event.js'
import { invokeResult } from '../../../src/streams/results/invoke-result.js'
import { marbles } from '../../support/marbles.js'
import { completed, endOf, failed, ofInvocation, stopped } from '../../support/model.js'
import type { Result } from '../../../src/model/result.js'

const ended = (invocation: string | undefined, outcome: Parameters<typeof endOf>[1]): TaskEvent =>
  ofInvocation('t', invocation, endOf('t', outcome))

const published = (invocation: string, results: string, error: string | null): Result => ({
  id: 't',
  receivedAt: 0,
  publication: {
    subtopic: 'control/proplet/invoke_results',
    payload: { task_id: 't', invocation_id: invocation, proplet_id: 'p1', results, error },
    keep: 'all',
  },
})

describe('invokeResult', () => {
  it(
    'publishes only the end of an invocation',
    marbles((m) => {
      const source = m.hot('e-r-t-(e|)', {
        e: ended('i', completed('30')),
        r: ofInvocation('t', 'i', { type: 'running' }),
        t: endOf('t', completed('30')),
      })
      m.expect(source.pipe(invokeResult('p1'))).toBeObservable('r-----(r|)', {
        r: published('i', '30', null),
      })
      m.expect(source).toHaveSubscriptions('^-----!')
    }),
  )

  it(
    'publishes how it failed, even for an unnamed one',
    marbles((m) => {
      const source = m.hot('f-k-|', {
        f: ended(undefined, failed('trap', 'trap: unreachable', 'so far')),
        k: ended('i', stopped('so far')),
      })
      m.expect(source.pipe(invokeResult('p1'))).toBeObservable('f-k-|', {
        f: published('', 'so far', 'trap: unreachable'),
        k: published('i', 'so far', 'task stopped'),
      })
    }),
  )

  it(
    'stays silent, completes and fails with its source, and unsubscribes from it',
    marbles((m) => {
      const never = m.hot<TaskEvent>('-')
      m.expect(never.pipe(invokeResult('p1')), '^-!').toBeObservable('-')
      m.expect(never).toHaveSubscriptions('^-!')
      m.expect(m.cold<TaskEvent>('|').pipe(invokeResult('p1'))).toBeObservable('|')
      m.expect(m.cold<TaskEvent>('-#').pipe(invokeResult('p1'))).toBeObservable('-#')
    }),
  )
})
