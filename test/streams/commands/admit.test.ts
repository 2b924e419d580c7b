import { mergeMap, type Observable } from 'rxjs'
import { describe, it } from 'vitest'
import type { InvokeCommand, Received, StartCommand } from '../../../src/model/command.js'
import type { TaskEvent } from '../../../src/model/task-event.js'
import { createAdmission, type Admission, type AdmitDeps } from '../../../src/streams/commands/admit.js'
import { marbles } from '../../support/marbles.js'
import { completed, endOf, failed, invoke, start } from '../../support/model.js'

const starts = {
  a: start('a'),
  b: start('b', { receivedAt: 7 }),
  c: start('c'),
  d: start('d', { daemon: true }),
  f: start('f', { daemon: true }),
}

const latents = { l: start('l', { latent: true }), m: start('m', { latent: true, daemon: true }) }

const events: Record<string, TaskEvent> = {
  r: { type: 'running', id: 'x' },
  e: endOf('x', completed('')),
  B: endOf('b', failed('overloaded', 'task refused: 1 tasks are running or waiting already'), {
    receivedAt: 7,
  }),
  F: endOf('f', failed('overloaded', 'task refused: 1 daemons are running already')),
  N: endOf('a', failed('unsupported', 'task refused: no encrypted tasks here')),
  X: endOf('a', failed('runtime', 'broken')),
}

const counts: Record<string, number> = { 0: 0, 1: 1, 2: 2 }

const caps: AdmitDeps = { maxTasks: 1, maxDaemons: 1, maxLatent: 1, refuse: () => undefined }

type Starts = Observable<Received<StartCommand | InvokeCommand>>

const admitAll = ({ admit }: Admission, start$: Starts, task: () => Observable<TaskEvent>) =>
  start$.pipe(mergeMap((command) => admit(command, task)))

const broken = (): never => {
  throw new Error('broken')
}

describe('admit', () => {
  it(
    'refuses tasks beyond the cap with a failure, and accepts the next when a task has ended',
    marbles((m) => {
      const admission = createAdmission(caps)
      const task = m.cold('   r---(e|)', events)
      const source = m.hot('  -a-b--c---|', starts)
      const taskSubs = ['                     -^---!', '                     ------^---!']
      const expected = '      -r-B-er---(e|)'
      const underWay = '      01---01---0'
      const watched = '       ^ 99ms !'
      m.expect(admitAll(admission, source, () => task)).toBeObservable(expected, events)
      m.expect(admission.underWay$, watched).toBeObservable(underWay, counts)
      m.expect(task).toHaveSubscriptions(taskSubs)
    }),
  )

  it(
    'counts daemons separately from tasks',
    marbles((m) => {
      const admission = createAdmission(caps)
      const task = m.cold('   r-----(e|)', events)
      const source = m.hot('  da-f-b--|', starts)
      const taskSubs = ['                     ^-----!', '                     -^-----!']
      const expected = '      rr-F-Bee|'
      const watched = '       --^ 9ms !'
      const underWay = '      --2---10'
      m.expect(admitAll(admission, source, () => task)).toBeObservable(expected, events)
      m.expect(task).toHaveSubscriptions(taskSubs)
      m.expect(admission.underWay$, watched).toBeObservable(underWay, counts)
    }),
  )

  it(
    'counts latent tasks separately, and invocations as tasks',
    marbles((m) => {
      const admission = createAdmission({ ...caps, maxTasks: 2 })
      const task = m.cold('   r-----(e|)', events)
      const source = m.hot('  lami-b', { ...starts, ...latents, i: invoke('l', 'i') })
      const values = {
        ...events,
        M: endOf('m', failed('overloaded', 'task refused: 1 latent tasks are deployed already')),
        T: endOf('b', failed('overloaded', 'task refused: 2 tasks are running or waiting already'), {
          receivedAt: 7,
        }),
      }
      const expected = '      rrMr-Tee-e'
      const watched = '       --^ 9ms !'
      const underWay = '      --23--21-0'
      m.expect(admitAll(admission, source, () => task)).toBeObservable(expected, values)
      m.expect(admission.underWay$, watched).toBeObservable(underWay, { ...counts, 3: 3 })
    }),
  )

  it(
    'runs no daemon if none is allowed, and no task if none is',
    marbles((m) => {
      const noDaemons = createAdmission({ ...caps, maxDaemons: 0 })
      const noTasks = createAdmission({ ...caps, maxTasks: 0 })
      const task = m.cold('  (r|)', events)
      const source = m.hot(' -d-a-|', starts)
      const daemonRefused = endOf('d', failed('overloaded', 'task refused: 0 daemons are running already'))
      const taskRefused = endOf(
        'a',
        failed('overloaded', 'task refused: 0 tasks are running or waiting already'),
      )
      const values = { ...events, D: daemonRefused, A: taskRefused }
      m.expect(admitAll(noDaemons, source, () => task)).toBeObservable('-D-r-|', values)
      m.expect(admitAll(noTasks, source, () => task)).toBeObservable('  -r-A-|', values)
    }),
  )

  it(
    'frees the place of an unsubscribed task',
    marbles((m) => {
      const admission = createAdmission(caps)
      const task = m.cold('   r-----', events)
      const subs = '          ^--!'
      const expected = '      r--'
      const watched = '       ^ 9ms !'
      const underWay = '      1--0'
      m.expect(
        admission.admit(starts.a, () => task),
        subs,
      ).toBeObservable(expected, events)
      m.expect(admission.underWay$, watched).toBeObservable(underWay, counts)
      m.expect(task).toHaveSubscriptions(subs)
    }),
  )

  it(
    'answers a task that fails or throws with a failure, and frees its place',
    marbles((m) => {
      const admission = createAdmission(caps)
      const failing = m.cold('r-#', events, new Error('broken'))
      const failingSubs = '   ^-!'
      const expected = '      r-(X|)'
      const later = '         ----^'
      const laterExpected = ' ----(X|)'
      const watched = '       ^ 9ms !'
      const underWay = '      1-0-(10)'
      m.expect(admission.admit(starts.a, () => failing)).toBeObservable(expected, events)
      m.expect(admission.admit(starts.a, broken), later).toBeObservable(laterExpected, events)
      m.expect(admission.underWay$, watched).toBeObservable(underWay, counts)
      m.expect(failing).toHaveSubscriptions(failingSubs)
    }),
  )

  it(
    'refuses on request, whatever room there is, and does not count it',
    marbles((m) => {
      const refuse: AdmitDeps['refuse'] = (command) =>
        command.type === 'start' && command.encrypted
          ? { code: 'unsupported' as const, reason: 'no encrypted tasks here' }
          : undefined
      const admission = createAdmission({ ...caps, refuse })
      const task = m.cold('   r-(e|)', events)
      const source = m.hot('  ab-|', { a: start('a', { encrypted: true }), b: starts.b })
      const taskSubs = '      -^-!'
      const expected = '      Nr-(e|)'
      m.expect(admitAll(admission, source, () => task)).toBeObservable(expected, events)
      m.expect(task).toHaveSubscriptions(taskSubs)
    }),
  )

  it(
    'answers a task with a failure if the refusal itself throws',
    marbles((m) => {
      const admission = createAdmission({ ...caps, refuse: broken })
      const task = m.cold('   r-(e|)', events)
      m.expect(admission.admit(starts.a, () => task)).toBeObservable('(X|)', events)
      m.expect(task).toHaveSubscriptions([])
      m.expect(admission.underWay$, '^--!').toBeObservable('0', counts)
    }),
  )
})
