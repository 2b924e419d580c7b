import { EMPTY, NEVER } from 'rxjs'
import { describe, it } from 'vitest'
import type { TaskProgress } from '../../../src/model/task-event.js'
import type { RunEvent } from '../../../src/model/runtime.js'
import { marbles } from '../../support/marbles.js'
import { runEvents } from '../../support/runtime.js'
import { daemon, eventsOf, plain, progress, taskWith } from '../../support/task.js'

const events = eventsOf(plain)

const broken = (message: string) => (): never => {
  throw new Error(message)
}

describe('task', () => {
  it(
    'is accepted, acquires its binary, runs, and ends',
    marbles((m) => {
      const acquired = m.cold('-f-c-(F|)', progress)
      const run = m.cold('          ----s-(e|)', runEvents)
      const stop$ = m.hot<never>('--------------')
      const acquiredSubs = '   ^----!'
      const runSubs = '        -----^-----!'
      const stopSubs = '       ^----------!'
      const expected = '       af-c-(Fr)s-(e|)'
      m.expect(taskWith(m, { acquire: () => acquired, run }).stage(plain, stop$)).toBeObservable(
        expected,
        events,
      )
      m.expect(acquired).toHaveSubscriptions(acquiredSubs)
      m.expect(run).toHaveSubscriptions(runSubs)
      m.expect(stop$).toHaveSubscriptions(stopSubs)
    }),
  )

  it(
    'is announced if it is a daemon that has started, and continues',
    marbles((m) => {
      const run = m.cold('     -----s-----', runEvents)
      const subs = '           ^ 19ms !'
      const expected = '       (aFr)(sn)'
      m.expect(taskWith(m, { run, slots: 0 }).stage(daemon, NEVER), subs).toBeObservable(
        expected,
        eventsOf(daemon),
      )
      m.expect(run).toHaveSubscriptions(subs)
    }),
  )

  it(
    'fails if its binary cannot be acquired, and does not run',
    marbles((m) => {
      const acquired = m.cold<TaskProgress>('-f-#', progress, new Error('no such image'))
      const run = m.cold('     -(e|)', runEvents)
      const acquiredSubs = '   ^--!'
      const expected = '       af-(b|)'
      m.expect(taskWith(m, { acquire: () => acquired, run }).stage(plain, NEVER)).toBeObservable(
        expected,
        events,
      )
      m.expect(acquired).toHaveSubscriptions(acquiredSubs)
      m.expect(run).toHaveSubscriptions([])
    }),
  )

  it(
    'fails if acquiring throws',
    marbles((m) => {
      const expected = '       (ab|)'
      m.expect(taskWith(m, { acquire: broken('no such image') }).stage(plain, NEVER)).toBeObservable(
        expected,
        events,
      )
    }),
  )

  it(
    'fails if the runtime fails or throws',
    marbles((m) => {
      const failing = m.cold<RunEvent>('-----s-#', runEvents, new Error('no child'))
      const subs = '                    ^------!'
      const runs = { run: () => failing }
      const throws = { run: broken('no child') }
      m.expect(taskWith(m, { runtime: runs }).stage(plain, NEVER)).toBeObservable('(aFr)s-(B|)', events)
      m.expect(taskWith(m, { runtime: throws }).stage(plain, NEVER)).toBeObservable('(aFrB|)', events)
      m.expect(failing).toHaveSubscriptions(subs)
    }),
  )

  it(
    'is answered even if a port completes without an outcome',
    marbles((m) => {
      const silent = { run: () => m.cold<RunEvent>('-----s-|', runEvents) }
      m.expect(taskWith(m, { acquire: () => EMPTY }).stage(plain, NEVER)).toBeObservable('(au|)', events)
      m.expect(taskWith(m, { runtime: silent }).stage(plain, NEVER)).toBeObservable('(aFr)s-(u|)', events)
    }),
  )

  it(
    'ends once, whatever the runtime emits afterwards',
    marbles((m) => {
      const run = m.cold('     -----e-s-e-|', runEvents)
      const subs = '           ^----!'
      const expected = '       (aFr)(e|)'
      m.expect(taskWith(m, { runtime: { run: () => run } }).stage(plain, NEVER)).toBeObservable(
        expected,
        events,
      )
      m.expect(run).toHaveSubscriptions(subs)
    }),
  )

  it(
    'cancels the acquisition on unsubscription',
    marbles((m) => {
      const acquired = m.cold('-f----', progress)
      const stop$ = m.hot<never>('------')
      const end$ = m.hot('     ------')
      const subs = '           ^--!'
      const expected = '       af'
      m.expect(taskWith(m, { acquire: () => acquired, end$ }).stage(plain, stop$), subs).toBeObservable(
        expected,
        events,
      )
      m.expect(acquired).toHaveSubscriptions(subs)
      m.expect(stop$).toHaveSubscriptions(subs)
    }),
  )

  it(
    'ends the run on unsubscription, and frees its slot',
    marbles((m) => {
      const run = m.cold('     -----s------', runEvents)
      const first = '          ^------!'
      const firstExpected = '  (aFr)s'
      const second = '         -^ 14ms !'
      const secondExpected = ' -(aF)--r----s'
      const { stage } = taskWith(m, { run })
      m.expect(stage(plain, NEVER), first).toBeObservable(firstExpected, events)
      m.expect(stage(plain, NEVER), second).toBeObservable(secondExpected, events)
      m.expect(run).toHaveSubscriptions(['^------!', '-------^ 8ms !'])
    }),
  )
})
