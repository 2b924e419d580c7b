import { map } from 'rxjs'
import { describe, it } from 'vitest'
import type { TaskEvent } from '../../../src/model/task-event.js'
import { updates } from '../../../src/streams/results/updates.js'
import { marbles } from '../../support/marbles.js'
import { completed, endOf, ofInvocation, text } from '../../support/model.js'

const JSON_TEXT = '{"round_id":"r/1.0","n": 9007199254740993, "x": 1.0}'

const events: Record<string, TaskEvent> = {
  c: { type: 'reported', id: 't', round: 'r/1.0', to: { channel: JSON_TEXT } },
  u: { type: 'reported', id: 't', round: 'r1', to: { url: 'http://c/update' } },
  i: ofInvocation('l', 'one', { type: 'reported', round: 'r2', to: { channel: '{}' } }),
  r: { type: 'running', id: 't' },
  e: endOf('t', completed('{}')),
}

describe('updates', () => {
  it(
    'publishes updates for the channel unchanged, under topics with one level per ID',
    marbles((m) => {
      const event$ = m.hot(' r-c-u-i-e|', events)
      const subs = '         ^--------!'
      const expected = '     --c---i--|'
      const published$ = event$.pipe(
        updates('p.1'),
        map(({ encoded, ...publication }) => ({ ...publication, encoded: encoded && text(encoded) })),
      )
      m.expect(published$).toBeObservable(expected, {
        c: {
          subtopic: 'fl/rounds/r%2F1%2E0/updates/p%2E1',
          payload: JSON.parse(JSON_TEXT) as object,
          encoded: JSON_TEXT,
          keep: 'all' as const,
        },
        i: { subtopic: 'fl/rounds/r2/updates/p%2E1', payload: {}, encoded: '{}', keep: 'all' as const },
      })
      m.expect(event$).toHaveSubscriptions(subs)
    }),
  )

  it(
    'stays silent without updates, and unsubscribes',
    marbles((m) => {
      const event$ = m.hot<TaskEvent>('-r-')
      const subs = '                   ^-!'
      m.expect(event$.pipe(updates('p1')), subs).toBeObservable('-')
      m.expect(event$).toHaveSubscriptions(subs)
      m.expect(m.cold<TaskEvent>('|').pipe(updates('p1'))).toBeObservable('|')
      m.expect(m.cold<TaskEvent>('-#').pipe(updates('p1'))).toBeObservable('-#')
    }),
  )
})
