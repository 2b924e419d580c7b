import { concat, ignoreElements, map, mergeMap, NEVER, of, timer } from 'rxjs'
import { describe, it } from 'vitest'
import type { RunEvent, Runtime } from '../../../src/model/runtime.js'
import { marbles } from '../../support/marbles.js'
import { fakeRuntime, runEvents } from '../../support/runtime.js'
import { daemon, eventsOf, plain, progress, taskWith } from '../../support/task.js'

const events = eventsOf(plain)

const stops = { x: 'stopped' as const }

/** A runtime that emits the reason of each stop, and never ends the task. */
const stubborn: Pick<Runtime, 'run'> = {
  run: (_, stop$) => concat(stop$.pipe(map((message): RunEvent => ({ type: 'warning', message }))), NEVER),
}

const reasons = {
  ...events,
  S: { type: 'warning', id: 't', message: 'stopped' } as const,
  H: { type: 'warning', id: 't', message: 'shutdown' } as const,
}

describe('task: a stop', () => {
  it(
    'ends a fetching task, which requests no more',
    marbles((m) => {
      const acquired = m.cold('-f-----(F|)', progress)
      const stop$ = m.hot('    ---x-------', stops)
      const subs = '           ^--!'
      const expected = '       af-(x|)'
      m.expect(taskWith(m, { acquire: () => acquired }).stage(plain, stop$)).toBeObservable(expected, events)
      m.expect(acquired).toHaveSubscriptions(subs)
      m.expect(stop$).toHaveSubscriptions(subs)
    }),
  )

  it(
    'ends a task that waits for a slot, which it no longer takes',
    marbles((m) => {
      const run = m.cold('     ----------(e|)', runEvents)
      const stop$ = m.hot('    -----x', stops)
      const expected = '       (aF)-(x|)'
      const { stage } = taskWith(m, { run })
      m.expect(stage(plain, NEVER)).toBeObservable('(aFr)-----(e|)', events)
      m.expect(stage(plain, stop$)).toBeObservable(expected, events)
      m.expect(run).toHaveSubscriptions(['^---------!'])
      m.expect(stop$).toHaveSubscriptions('^----!')
    }),
  )

  it(
    'reaches the runtime of a running task, whose outcome is reported',
    marbles((m) => {
      const run = m.cold('     -----s-------(e|)', runEvents)
      const stop$ = m.hot('    ------x', stops)
      const runSubs = '        ^-------!'
      const expected = '       (aFr)s--(X|)'
      m.expect(taskWith(m, { run }).stage(plain, stop$)).toBeObservable(expected, events)
      m.expect(run).toHaveSubscriptions(runSubs)
      m.expect(stop$).toHaveSubscriptions('^-----!')
    }),
  )

  it(
    'reaches a runtime that subscribes to stops only later',
    marbles((m) => {
      const stop$ = m.hot('    -----x', stops)
      const expected = '       (aFr)---(X|)'
      const { run } = fakeRuntime(() => NEVER, m.scheduler, 1)
      const late: Pick<Runtime, 'run'> = {
        run: (request, reason$) => timer(7, m.scheduler).pipe(mergeMap(() => run(request, reason$))),
      }
      m.expect(taskWith(m, { runtime: late }).stage(plain, stop$)).toBeObservable(expected, events)
      m.expect(stop$).toHaveSubscriptions('^----!')
    }),
  )

  it(
    'is too late for a task that completes before the runtime could end it',
    marbles((m) => {
      const run = m.cold('     -----s-(e|)', runEvents)
      const stop$ = m.hot('    ------x', stops)
      const expected = '       (aFr)s-(e|)'
      m.expect(taskWith(m, { run }).stage(plain, stop$)).toBeObservable(expected, events)
    }),
  )

  it(
    'in the frame of the start reaches a task that is already running',
    marbles((m) => {
      const run = m.cold('     ------s------(e|)', runEvents)
      const stop$ = m.hot('    x', stops)
      const runSubs = '        ^----!'
      const expected = '       (aFr)(X|)'
      const runtime = fakeRuntime(() => run, m.scheduler, 5)
      m.expect(taskWith(m, { runtime }).stage(plain, stop$)).toBeObservable(expected, events)
      m.expect(run).toHaveSubscriptions(runSubs)
      m.expect(stop$).toHaveSubscriptions('(^!)')
    }),
  )

  it(
    'that precedes the start ends it before anything is acquired',
    marbles((m) => {
      const acquired = m.cold('-f-----(F|)', progress)
      const expected = '       (ax|)'
      const { stage } = taskWith(m, { acquire: () => acquired })
      m.expect(stage(plain, of('stopped' as const))).toBeObservable(expected, events)
      m.expect(acquired).toHaveSubscriptions([])
    }),
  )

  it(
    'is passed to the runtime once, and no shutdown after it',
    marbles((m) => {
      const stop$ = m.hot('    -----x-x-x', stops)
      const end$ = m.hot('     ---e')
      const subs = '           ^ 30ms !'
      const expected = '       (aFr)S'
      m.expect(taskWith(m, { runtime: stubborn, end$ }).stage(plain, stop$), subs).toBeObservable(
        expected,
        reasons,
      )
      m.expect(stop$).toHaveSubscriptions('^----!')
    }),
  )
})

describe('task: the shutdown', () => {
  it(
    'ends a fetching task as soon as it begins',
    marbles((m) => {
      const acquired = m.cold('-f-----(F|)', progress)
      const end$ = m.hot('     ---e')
      const subs = '           ^--!'
      const expected = '       af-(d|)'
      m.expect(taskWith(m, { acquire: () => acquired, end$ }).stage(plain, NEVER)).toBeObservable(
        expected,
        events,
      )
      m.expect(acquired).toHaveSubscriptions(subs)
    }),
  )

  it(
    'lets a running task continue, and ends a waiting one',
    marbles((m) => {
      const run = m.cold('     ----------(e|)', runEvents)
      const end$ = m.hot('     -----e')
      const { stage } = taskWith(m, { run, end$ })
      m.expect(stage(plain, NEVER)).toBeObservable('(aFr)-----(e|)', events)
      m.expect(stage(plain, NEVER)).toBeObservable('(aF)-(d|)', events)
      m.expect(run).toHaveSubscriptions(['^---------!'])
    }),
  )

  it(
    'ends a task that still runs at the deadline',
    marbles((m) => {
      const run = m.cold('     -----s------------------(e|)', runEvents)
      const end$ = m.hot('     -----e')
      const runSubs = '        ^ 16ms !'
      const expected = '       (aFr)s 11ms (D|)'
      m.expect(taskWith(m, { run, end$ }).stage(plain, NEVER)).toBeObservable(expected, events)
      m.expect(run).toHaveSubscriptions(runSubs)
    }),
  )

  it(
    'ends a daemon as soon as it begins',
    marbles((m) => {
      const run = m.cold('     -----s------------------(e|)', runEvents)
      const end$ = m.hot('     ---------e')
      const runSubs = '        ^----------!'
      const expected = '       (aFr)(sn)--(N|)'
      m.expect(taskWith(m, { run, end$ }).stage(daemon, NEVER)).toBeObservable(expected, eventsOf(daemon))
      m.expect(run).toHaveSubscriptions(runSubs)
    }),
  )

  it(
    'ends a server as soon as it begins',
    marbles((m) => {
      const run = m.cold('     ------s-h-------', runEvents)
      const end$ = m.hot('     ----------e')
      const expected = '       (aFr)-s-(hm)(N|)'
      m.expect(taskWith(m, { run, end$ }).stage(plain, NEVER)).toBeObservable(expected, eventsOf(plain))
      m.expect(run).toHaveSubscriptions('^-----------!')
    }),
  )

  it(
    'ends a server that listens only after it began, as soon as it does',
    marbles((m) => {
      const run = m.cold('     ------s-h-------', runEvents)
      const end$ = m.hot('     -------e')
      m.expect(taskWith(m, { run, end$ }).stage(plain, NEVER).pipe(ignoreElements())).toBeObservable(
        '                      ----------|',
      )
      m.expect(run).toHaveSubscriptions('^---------!')
    }),
  )

  it(
    'ends a daemon that fetches as soon as it begins',
    marbles((m) => {
      const acquired = m.cold('-f-----(F|)', progress)
      const end$ = m.hot('     ---e')
      const expected = '       af-(d|)'
      const { stage } = taskWith(m, { acquire: () => acquired, end$ })
      m.expect(stage(daemon, NEVER)).toBeObservable(expected, eventsOf(daemon))
    }),
  )

  it(
    'answers later tasks at once, before and after its deadline',
    marbles((m) => {
      const acquired = m.cold('-f-----(F|)', progress)
      const end$ = m.hot('     -e')
      const early = '          ^---!'
      const draining = '       -----^'
      const past = '           20ms ^'
      const { stage, shutdown$ } = taskWith(m, { acquire: () => acquired, end$ })
      // Like the pipeline, keeps the shutdown subscribed all the time.
      m.expect(shutdown$.pipe(ignoreElements())).toBeObservable('11ms |')
      m.expect(stage(plain, NEVER), early).toBeObservable('    a(d|)', events)
      m.expect(stage(plain, NEVER), draining).toBeObservable(' -----(ad|)', events)
      m.expect(stage(plain, NEVER), past).toBeObservable('     20ms (ad|)', events)
      m.expect(acquired).toHaveSubscriptions(['^!'])
    }),
  )

  it(
    'is passed to the runtime once, and no stop after it',
    marbles((m) => {
      const stop$ = m.hot('    - 29ms x', stops)
      const end$ = m.hot('     -----e')
      const subs = '           ^ 50ms !'
      const expected = '       (aFr) 10ms H'
      m.expect(taskWith(m, { runtime: stubborn, end$ }).stage(plain, stop$), subs).toBeObservable(
        expected,
        reasons,
      )
      m.expect(stop$).toHaveSubscriptions('^ 14ms !')
    }),
  )
})
