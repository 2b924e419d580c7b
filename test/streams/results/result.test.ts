import { describe, it } from 'vitest'
import type { TaskEvent } from '../../../src/model/task-event.js'
import { result } from '../../../src/streams/results/result.js'
import { marbles } from '../../support/marbles.js'
import { bytes, completed, endOf, failed, start, stopped } from '../../support/model.js'
import type { Result } from '../../../src/model/result.js'

const events: Record<string, TaskEvent> = {
  c: endOf('t', completed('30'), { receivedAt: 3 }),
  f: endOf('t', failed('trap', 'unreachable', 'so far'), { receivedAt: 3 }),
  s: endOf('t', stopped('so far'), { receivedAt: 3 }),
  a: { type: 'announced', results: '', id: 't', receivedAt: 3 },
  l: { type: 'announced', id: 't', receivedAt: 3, results: 'started at port 8222' },
  C: endOf('t', completed('late'), { receivedAt: 3, announced: true }),
  F: endOf('t', failed('exit', 'exited with status 1'), { receivedAt: 3, announced: true }),
  S: endOf('t', stopped(), { receivedAt: 3, announced: true }),
}

const others: Record<string, TaskEvent> = {
  a: { type: 'accepted', id: 't', start: start('t') },
  b: { type: 'duplicate', id: 't' },
  c: { type: 'unknown-stop', id: 't' },
  d: { type: 'running', id: 't' },
  e: { type: 'started', id: 't', compileMs: 1 },
  f: { type: 'output', id: 't', stream: 'stdout', data: bytes('x') },
  g: { type: 'rejected', subtopic: 'registry/server', reason: 'bad' },
  h: { type: 'warning', id: 't', message: 'careful' },
  i: { type: 'serving', id: 't', address: '127.0.0.1', port: 8222 },
}

const of = (results: string, error: string | null): Result => ({
  id: 't',
  receivedAt: 3,
  publication: {
    subtopic: 'control/proplet/results',
    payload: { task_id: 't', proplet_id: 'p1', results, error },
    keep: 'all',
  },
})

describe('result', () => {
  it(
    'reports how tasks ended: their results, why they failed, or that they were stopped',
    marbles((m) => {
      const source = m.hot('-c-(fs)-|', events)
      const subs = '         ^-------!'
      const expected = '     -c-(fs)-|'
      m.expect(source.pipe(result('p1'))).toBeObservable(expected, {
        c: of('30', null),
        f: of('so far', 'unreachable'),
        s: of('so far', 'task stopped'),
      })
      m.expect(source).toHaveSubscriptions(subs)
    }),
  )

  it(
    'reports tasks of a round in an envelope, even if they failed',
    marbles((m) => {
      const round = { id: 'r1', format: 'f32-delta', numSamples: undefined }
      const update = { base64: 'e30=', numSamples: 7, metrics: { loss: 1 } }
      const failure = endOf('t', failed('trap', 'unreachable', 'so far'), { receivedAt: 3 })
      const envelope = {
        task_id: 't',
        round_id: 'r1',
        proplet_id: 'p1',
        num_samples: 1,
        update_b64: '',
        format: 'f32-delta',
        metrics: {},
      }
      const inEnvelope = (results: object, error: string | null): Result => ({
        id: 't',
        receivedAt: 3,
        publication: {
          subtopic: 'control/proplet/results',
          payload: { task_id: 't', results, error },
          keep: 'all',
        },
      })
      const learned = { ...envelope, update_b64: 'e30=', metrics: { loss: 1 } }
      const source = m.hot<TaskEvent>('-abc-f|', {
        a: endOf('t', completed('{}'), { receivedAt: 3 }),
        b: { ...endOf('t', completed('{}'), { receivedAt: 3 }), round: { ...round, update } },
        c: {
          ...endOf('t', completed('{}'), { receivedAt: 3 }),
          round: { ...round, format: 'json', numSamples: 5, update: { ...update, metrics: {} } },
        },
        f: { ...failure, round },
      })
      m.expect(source.pipe(result('p1'))).toBeObservable('-abc-f|', {
        a: of('{}', null),
        b: inEnvelope({ ...learned, num_samples: 7 }, null),
        c: inEnvelope({ ...learned, num_samples: 5, format: 'json', metrics: {} }, null),
        f: inEnvelope(envelope, 'unreachable'),
      })
    }),
  )

  it(
    'reports a daemon or a server at its start, and again only if it fails (14.7)',
    marbles((m) => {
      const source = m.hot('-aC-aF-lS|', events)
      const subs = '         ^--------!'
      const expected = '     -a--aF-l-|'
      m.expect(source.pipe(result('p1'))).toBeObservable(expected, {
        a: { ...of('', null), more: true },
        l: { ...of('started at port 8222', null), more: true },
        F: of('', 'exited with status 1'),
      })
      m.expect(source).toHaveSubscriptions(subs)
    }),
  )

  it(
    'reports no other event of a task',
    marbles((m) => {
      const source = m.hot('abcdefghi|', others)
      const subs = '         ^--------!'
      const expected = '     ---------|'
      m.expect(source.pipe(result('p1'))).toBeObservable(expected)
      m.expect(source).toHaveSubscriptions(subs)
    }),
  )

  it(
    'stays silent, completes and fails with its source, and unsubscribes from it',
    marbles((m) => {
      const never = m.hot('  -c--c', events)
      const empty = m.cold<TaskEvent>('|')
      const failing = m.cold<TaskEvent>('-#')
      const subs = '         ^-!'
      m.expect(never.pipe(result('p1')), subs).toBeObservable('-c', { c: of('30', null) })
      m.expect(never).toHaveSubscriptions(subs)
      m.expect(empty.pipe(result('p1'))).toBeObservable('|')
      m.expect(empty).toHaveSubscriptions('(^!)')
      m.expect(failing.pipe(result('p1'))).toBeObservable('-#')
      m.expect(failing).toHaveSubscriptions('^!')
    }),
  )
})
