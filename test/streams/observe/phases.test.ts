import { map } from 'rxjs'
import { describe, it } from 'vitest'
import type { Step } from '../../../src/model/step.js'
import type { TaskEvent } from '../../../src/model/task-event.js'
import { phases } from '../../../src/streams/observe/phases.js'
import { marbles } from '../../support/marbles.js'
import { binary, completed, endOf, failed, invoke, start, stopped } from '../../support/model.js'

const one = { id: 'one' }
const invoked = invoke('l', 'one', { invocation: one })
const ofOne = (event: Extract<TaskEvent, { type: 'invocation' }>['event']): TaskEvent => ({
  type: 'invocation',
  id: 'l',
  invocation: one,
  event,
})

const events: Record<string, TaskEvent> = {
  a: { type: 'accepted', id: 't', start: start('t') },
  d: { type: 'accepted', id: 't', start: start('t', { daemon: true }) },
  l: { type: 'accepted', id: 't', start: start('t', { latent: true }) },
  q: { type: 'fetching', id: 't', image: 'img', attempt: 2 },
  f: { type: 'fetched', id: 't', binary: binary('b'), from: 'registry' },
  r: { type: 'running', id: 't' },
  s: { type: 'started', id: 't', compileMs: 2 },
  k: { type: 'started', id: 't', compileMs: 0 },
  A: { type: 'announced', id: 't', results: '', receivedAt: 0 },
  p: { type: 'precompiled', id: 't' },
  R: { type: 'replaced', id: 't' },
  e: endOf('t', completed('30')),
  E: endOf('t', completed(''), { announced: true }),
  x: endOf('t', stopped()),
  X: endOf('t', stopped(), { receivedAt: 7 }),
  F: endOf('t', failed('binary', 'no')),
  i: ofOne({ type: 'accepted', invoke: invoked }),
  I: ofOne({ type: 'running' }),
  j: ofOne({ type: 'started', compileMs: 0 }),
  J: ofOne(endOf('l', completed('1'))),
  o: { type: 'output', id: 't', stream: 'stdout', data: new Uint8Array(1) },
  n: { type: 'rejected', subtopic: 's', reason: 'r' },
  u: { type: 'duplicate', id: 't' },
}

/**
 * For example `task: queued > preparing, queue 1-3`, with `!` after an interrupted phase and ` told` if the result is
 * due.
 */
const inShort = ({ run, before, stage, phases: ended, outcome, isResultDue }: Step): string =>
  [
    `${run.kind}: ${before ?? ''} > ${stage}`,
    ...ended.map(({ name, from, to, cut }) => `${name} ${from}-${to}${cut ? '!' : ''}`),
    ...(outcome === undefined ? [] : [outcome.kind]),
    ...(isResultDue ? ['told'] : []),
  ].join(', ')

const check = (name: string, source: string, expected: string, steps: Readonly<Record<string, string>>) =>
  it(
    name,
    marbles((m) => {
      const event$ = m.hot(source, events)
      m.expect(
        event$.pipe(
          phases(() => m.scheduler.now()),
          map(inShort),
        ),
      ).toBeObservable(expected, steps)
    }),
  )

describe('phases', () => {
  check('tells how long each phase of a task took', '-a-f-r---s--e|', '-a-f-r---s--e|', {
    a: 'task:  > fetching',
    f: 'task: fetching > queued, fetch 1-3',
    r: 'task: queued > preparing, queue 3-5',
    s: 'task: preparing > running, prepare 5-7, compile 7-9',
    e: 'task: running > over, run 9-12, completed, told',
  })
  check(
    'compiles nothing of a module that is kept, and compiles no longer than it prepares',
    'rafrk-s|',
    '-afrk-s|',
    {
      a: 'task:  > fetching',
      f: 'task: fetching > queued, fetch 1-2',
      r: 'task: queued > preparing, queue 2-3',
      k: 'task: preparing > running, prepare 3-4',
      s: 'task: running > running, prepare 4-4, compile 4-6',
    },
  )
  check('cuts the phase of a task that is stopped while it is fetched', 'a-x', 'a-x', {
    a: 'task:  > fetching',
    x: 'task: fetching > over, fetch 0-2!, stopped, told',
  })
  check('cuts the phase of a task that fails while it is compiled', 'afr-F', 'afr-F', {
    a: 'task:  > fetching',
    f: 'task: fetching > queued, fetch 0-1',
    r: 'task: queued > preparing, queue 1-2',
    F: 'task: preparing > over, compile 2-4!, failed, told',
  })
  check('tells of a daemon twice, and of a clean end to nobody', 'dfrkA-E', 'dfrkA-E', {
    d: 'daemon:  > fetching',
    f: 'daemon: fetching > queued, fetch 0-1',
    r: 'daemon: queued > preparing, queue 1-2',
    k: 'daemon: preparing > running, prepare 2-3',
    A: 'daemon: running > running, told',
    E: 'daemon: running > over, run 3-6, completed',
  })
  check('deploys a latent task, which is replaced without a word', 'lfrkpR', 'lfrkpR', {
    l: 'latent:  > fetching',
    f: 'latent: fetching > queued, fetch 0-1',
    r: 'latent: queued > preparing, queue 1-2',
    k: 'latent: preparing > running, prepare 2-3',
    p: 'latent: running > deployed',
    R: 'latent: deployed > over',
  })
  check('takes an invocation as a run of its own', 'i-I-jJ', 'i-I-jJ', {
    i: 'invocation:  > queued',
    I: 'invocation: queued > preparing, queue 0-2',
    j: 'invocation: preparing > running, prepare 2-4',
    J: 'invocation: running > over, run 4-5, completed, told',
  })
  check('gives a run that was refused its end alone', 'F', 'F', { F: 'task:  > over, failed, told' })
  check('leaves a task alone when a start that waits behind it is stopped', 'aX-x', 'aX-x', {
    a: 'task:  > fetching',
    X: 'task:  > over, stopped, told',
    x: 'task: fetching > over, fetch 0-3!, stopped, told',
  })
  check('says nothing of anything else', 'onuqfrskAp|', '----------|', {})

  it(
    'includes the binary, the number of requests, and one identity per run',
    marbles((m) => {
      const event$ = m.hot('aqf-e', events)
      const runs = new Set()
      const fetched$ = event$.pipe(
        phases(() => m.scheduler.now()),
        map(({ run, fetched }) => {
          runs.add(run)
          return `${runs.size} ${fetched?.from ?? ''} ${fetched?.attempts ?? ''}`
        }),
      )
      m.expect(fetched$).toBeObservable('a-f-a', { a: '1  ', f: '1 registry 2' })
    }),
  )

  it(
    'stays silent, completes and fails with its source, and unsubscribes from it',
    marbles((m) => {
      const event$ = m.hot('-u--u', events)
      m.expect(event$.pipe(phases(() => 0)), '^-!').toBeObservable('---')
      m.expect(event$).toHaveSubscriptions('^-!')
      m.expect(m.cold<TaskEvent>('|').pipe(phases(() => 0))).toBeObservable('|')
      m.expect(m.cold<TaskEvent>('-#').pipe(phases(() => 0))).toBeObservable('-#')
    }),
  )
})
