import { map, NEVER } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { TaskEvent } from '../../../src/model/task-event.js'
import type { RunEvent, RunRequest, StopReason } from '../../../src/model/runtime.js'
import { execute, type ExecuteDeps } from '../../../src/streams/tasks/execute.js'
import { createSlots } from '../../../src/streams/operators/slots.js'
import { marbles } from '../../support/marbles.js'
import { binary, completed, endOf, failed, start } from '../../support/model.js'
import { runEvents } from '../../support/runtime.js'

const events: Record<string, TaskEvent> = {
  r: { type: 'running', id: 't' },
  s: { type: 'started', id: 't', compileMs: 1 },
  a: { type: 'announced', results: '', id: 't', receivedAt: 5 },
  h: { type: 'serving', id: 't', address: '127.0.0.1', port: 8222 },
  A: { type: 'announced', results: 'started at port 8222', id: 't', receivedAt: 5 },
  o: { type: 'output', id: 't', stream: 'stdout', data: new Uint8Array([111]) },
  w: { type: 'warning', id: 't', message: 'fell back to main' },
  e: endOf('t', completed('30'), { receivedAt: 5 }),
  E: endOf('t', completed('30'), { receivedAt: 5, announced: true }),
  x: endOf('t', failed('trap', 'unreachable', 'so far'), { receivedAt: 5 }),
  b: endOf('t', failed('runtime', 'no child'), { receivedAt: 5 }),
  B: endOf('t', failed('runtime', 'no child'), { receivedAt: 5, announced: true }),
}

const task = start('t', { receivedAt: 5 })
const daemon = start('t', { receivedAt: 5, daemon: true })
const wasm = binary('wasm')

const runsWith = (run: ExecuteDeps['runtime']['run'], slots = 1) =>
  execute({ runtime: { run }, slots: createSlots(slots) })

const broken = (): never => {
  throw new Error('no child')
}

describe('execute', () => {
  it(
    'runs a task and emits its events',
    marbles((m) => {
      const run = m.cold('   -s-o-w-(e|)', runEvents)
      const subs = '         ^------!'
      const expected = '     rs-o-w-(e|)'
      m.expect(runsWith(() => run)(task, wasm, NEVER)).toBeObservable(expected, events)
      m.expect(run).toHaveSubscriptions(subs)
    }),
  )

  it(
    'passes on the failure of a task',
    marbles((m) => {
      const run = m.cold('   -(x|)', runEvents)
      m.expect(runsWith(() => run)(task, wasm, NEVER)).toBeObservable('r(x|)', events)
    }),
  )

  it(
    'reports the port of a server once, daemon or not',
    marbles((m) => {
      const run = m.cold('   -h---o-(e|)', runEvents)
      const expected = '     r(hA)o-(E|)'
      for (const start of [task, daemon])
        m.expect(runsWith(() => run)(start, wasm, NEVER)).toBeObservable(expected, events)
      const late = m.cold('  -s---h-(e|)', runEvents)
      const announced = '    r(sa)h-(E|)'
      m.expect(runsWith(() => late)(daemon, wasm, NEVER)).toBeObservable(announced, events)
    }),
  )

  it(
    'passes on the request, and the stop',
    marbles((m) => {
      const seen: RunRequest[] = []
      const stop$ = m.hot<StopReason>('---s', { s: 'stopped' })
      const subs = '                   ^-----!'
      const expected = '               r--W'
      const stage = runsWith((request, reason$) => {
        seen.push(request)
        return reason$.pipe(map((message) => ({ type: 'warning', message })))
      })
      const asked = start('t', { cliArgs: ['-x'], env: { A: '1' }, broadcast: true })
      m.expect(stage(asked, wasm, stop$), subs).toBeObservable(expected, {
        ...events,
        W: { type: 'warning', id: 't', message: 'stopped' },
      })
      m.expect(stop$).toHaveSubscriptions(subs)
      m.flush()
      expect(seen).toStrictEqual([
        {
          id: 't',
          name: 'add',
          binary: wasm,
          inputs: ['10', '20'],
          cliArgs: ['-x'],
          env: { A: '1' },
          daemon: false,
        },
      ])
    }),
  )

  it(
    'makes a task wait for its slot',
    marbles((m) => {
      const run = m.cold('   --(e|)', runEvents)
      const subs = ['        ^-!', '--^-!']
      const stage = runsWith(() => run)
      m.expect(stage(task, wasm, NEVER)).toBeObservable('r-(e|)', events)
      m.expect(stage(task, wasm, NEVER)).toBeObservable('--r-(e|)', events)
      m.expect(run).toHaveSubscriptions(subs)
    }),
  )

  it(
    'does not run a task that is unsubscribed while it waits',
    marbles((m) => {
      const run = m.cold('   ----(e|)', runEvents)
      const waits = '        -^-!'
      const stage = runsWith(() => run)
      m.expect(stage(task, wasm, NEVER)).toBeObservable('r---(e|)', events)
      m.expect(stage(task, wasm, NEVER), waits).toBeObservable('-')
      m.expect(run).toHaveSubscriptions(['^---!'])
    }),
  )

  it(
    'ends the run on unsubscription, and frees its slot',
    marbles((m) => {
      const run = m.cold('   -----(e|)', runEvents)
      const first = '        ^-!'
      const second = '       ^'
      const stage = runsWith(() => run)
      m.expect(stage(task, wasm, NEVER), first).toBeObservable('r', events)
      m.expect(stage(task, wasm, NEVER), second).toBeObservable('--r----(e|)', events)
      m.expect(run).toHaveSubscriptions(['^-!', '--^----!'])
    }),
  )

  it(
    'announces a daemon when it has started, and gives it no slot',
    marbles((m) => {
      const run = m.cold('   -s----o-(e|)', runEvents)
      const subs = '         ^-------!'
      const expected = '     r(sa)-o-(E|)'
      m.expect(runsWith(() => run, 0)(daemon, wasm, NEVER)).toBeObservable(expected, events)
      m.expect(run).toHaveSubscriptions(subs)
    }),
  )

  it(
    'announces a server when it listens, and frees its slot',
    marbles((m) => {
      const server = m.cold('-s--h---------(e|)', runEvents)
      const next = m.cold('  -s-(e|)', runEvents)
      const runs = [server, next]
      const stage = runsWith(() => runs.shift() ?? NEVER)
      m.expect(stage(task, wasm, NEVER)).toBeObservable('rs--(hA)------(E|)', events)
      m.expect(stage(task, wasm, NEVER)).toBeObservable('----rs-(e|)', events)
      m.expect(server).toHaveSubscriptions('             ^-------------!')
      m.expect(next).toHaveSubscriptions('               ----^--!')
    }),
  )

  it(
    'reports a failure of the proplet if the runtime fails or throws, and frees the slot',
    marbles((m) => {
      const failing = m.cold<RunEvent>('-s-#', runEvents, new Error('no child'))
      const good = m.cold('             -(e|)', runEvents)
      const runs = [() => failing, broken, () => good]
      const stage = runsWith(() => (runs.shift() ?? broken)())
      m.expect(stage(task, wasm, NEVER)).toBeObservable('rs-(b|)', events)
      m.expect(stage(task, wasm, NEVER)).toBeObservable('---(rb|)', events)
      m.expect(stage(task, wasm, NEVER)).toBeObservable('---r(e|)', events)
      m.expect(failing).toHaveSubscriptions('           ^--!')
      m.expect(good).toHaveSubscriptions('              ---^!')
    }),
  )

  it(
    'remembers that a daemon was announced if its runtime fails later',
    marbles((m) => {
      const failing = m.cold<RunEvent>('-s-----#', runEvents, new Error('no child'))
      const subs = '                    ^------!'
      const expected = '                r(sa)--(B|)'
      m.expect(runsWith(() => failing)(daemon, wasm, NEVER)).toBeObservable(expected, events)
      m.expect(failing).toHaveSubscriptions(subs)
    }),
  )

  it(
    'stays silent with the runtime',
    marbles((m) => {
      const run = m.cold<RunEvent>('-')
      const subs = '                ^--!'
      m.expect(runsWith(() => run)(task, wasm, NEVER), subs).toBeObservable('r', events)
      m.expect(run).toHaveSubscriptions(subs)
    }),
  )
})
