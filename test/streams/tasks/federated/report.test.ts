import { NEVER, of } from 'rxjs'
import type { Context } from 'rxjs-marbles'
import { describe, expect, it } from 'vitest'
import type { TaskEvent } from '../../../../src/model/task-event.js'
import type { StopReason } from '../../../../src/model/runtime.js'
import { ended } from '../../../../src/model/ended.js'
import { hasUpdate, report, type ReportDeps } from '../../../../src/streams/tasks/federated/report.js'
import { marbles } from '../../../support/marbles.js'
import { completed, failed, start, stopped } from '../../../support/model.js'
import { ExchangeError, type Printed } from '../../../../src/model/federated.js'

const task = start('t', { env: { ROUND_ID: 'r1' }, receivedAt: 5 })
const round = { id: 'r1', format: 'f32-delta', numSamples: undefined }
const event = { ...ended(task, completed('{"a":1}\n')), round }
const update = { base64: 'eyJhIjoxfQo=', numSamples: 3, metrics: { loss: 1 } }
const printed: Printed = { ...update, json: '{"a":1}' }
const refused = new ExchangeError('it answered with status 409', false)
const UPDATE = 'http://coordinator/update'

const events = {
  p: { type: 'reported', id: 't', round: 'r1', to: { url: UPDATE } },
  c: { type: 'reported', id: 't', round: 'r1', to: { channel: '{"a":1}' } },
  e: { ...event, round: { ...round, update } },
  w: {
    type: 'warning',
    id: 't',
    message: `the coordinator did not accept the update; publishing it on the channel instead: ${UPDATE}: it answered with status 409`,
  },
  l: {
    type: 'warning',
    id: 't',
    message: `the coordinator did not accept the update; publishing it on the channel instead: ${UPDATE}: no answer within 1 s`,
  },
  d: {
    type: 'warning',
    id: 't',
    message:
      'the coordinator did not accept the update; publishing it on the channel instead: the proplet is shutting down',
  },
  n: {
    type: 'warning',
    id: 't',
    message: 'stdout is not one JSON object: there is no update for the coordinator',
  },
  x: { ...ended(task, stopped('{"a":1}\n')), round },
} satisfies Record<string, TaskEvent>

const stage = (m: Context, deps: Partial<ReportDeps>) =>
  report({
    urls: { modelRegistry: undefined, dataStore: undefined, coordinator: 'http://coordinator' },
    deadlineMs: 1000,
    random: () => 0,
    clock: m.scheduler,
    read: () => of(printed),
    post: () => NEVER,
    ...deps,
  })

describe('report', () => {
  it(
    'sends the output of a task to the coordinator unchanged, and then ends the task with it',
    marbles((m) => {
      const posted: unknown[] = []
      const read = m.cold('-(p|)', { p: printed })
      const post = m.cold('--(t|)', { t: true })
      const told = stage(m, {
        read: (stdout) => {
          posted.push(stdout)
          return read
        },
        post: (endpoint, json) => {
          posted.push(endpoint.url, json)
          return post
        },
      })
      m.expect(told(task, event, NEVER)).toBeObservable('---(pe|)', events)
      m.expect(read).toHaveSubscriptions('^!')
      m.expect(post).toHaveSubscriptions('-^-!')
      m.flush()
      expect(posted).toStrictEqual(['{"a":1}\n', UPDATE, '{"a":1}'])
    }),
  )

  it(
    'publishes it on the channel if the coordinator refuses it, or does not answer',
    marbles((m) => {
      const refuses = stage(m, { post: () => m.cold('--#', {}, refused) })
      m.expect(refuses(task, event, NEVER)).toBeObservable('--(wce|)', events)
      const silent = m.cold('-')
      m.expect(stage(m, { post: () => silent })(task, event, NEVER)).toBeObservable('1s (lce|)', events)
      m.expect(silent).toHaveSubscriptions('^ 999ms !')
    }),
  )

  it(
    'retries transient failures',
    marbles((m) => {
      const posts = [m.cold('#', {}, new ExchangeError('connection refused', true)), m.cold('-(t|)')]
      const told = stage(m, { post: () => posts.shift() ?? NEVER })
      m.expect(told(task, event, NEVER)).toBeObservable('251ms (pe|)', events)
    }),
  )

  it(
    'sends nothing if stdout is not a JSON object, and ends the task with its output',
    marbles((m) => {
      const told = stage(m, { read: () => of({ ...printed, json: undefined }) })
      m.expect(told(task, event, NEVER)).toBeObservable('(ne|)', events)
    }),
  )

  it(
    'is ended by a stop, even an earlier one',
    marbles((m) => {
      const post = m.cold('-----(t|)')
      const told = stage(m, { post: () => post })
      const stop$ = m.hot<StopReason>('--s', { s: 'stopped' })
      m.expect(told(task, event, stop$)).toBeObservable('--(x|)', events)
      m.expect(post).toHaveSubscriptions(['^-!'])
      m.expect(stop$).toHaveSubscriptions('^-!')
      m.expect(told(task, event, of('stopped' as const))).toBeObservable('(x|)', events)
    }),
  )

  it(
    'stops waiting for the coordinator at the end of a shutdown, and publishes the update on the channel',
    marbles((m) => {
      const post = m.cold('-----(t|)')
      const told = stage(m, { post: () => post })
      const end$ = m.hot<StopReason>('--s', { s: 'shutdown' })
      m.expect(told(task, event, end$)).toBeObservable('--(dce|)', events)
      m.expect(post).toHaveSubscriptions('^-!')
    }),
  )

  it(
    'cancels the request on unsubscription',
    marbles((m) => {
      const post = m.cold('-----(t|)')
      const told = stage(m, { post: () => post })
      m.expect(told(task, event, NEVER), '^--!').toBeObservable('-')
      m.expect(post).toHaveSubscriptions('^--!')
    }),
  )

  it('has an update only for completed tasks of a round', () => {
    const has = [
      event,
      ended(task, failed('trap', 'unreachable')),
      ended(task, stopped()),
      ended(task, completed('{}'), true),
      ended(start('t'), completed('{}')),
      { type: 'running', id: 't' } as const,
    ].map(hasUpdate)
    expect(has).toStrictEqual([true, false, false, false, false, false])
  })
})
