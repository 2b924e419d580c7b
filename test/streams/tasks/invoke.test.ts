import { EMPTY, filter, NEVER, of, throwError, type Observable } from 'rxjs'
import type { Context } from 'rxjs-marbles'
import { describe, expect, it } from 'vitest'
import type { InvokeCommand, Received, StopCommand } from '../../../src/model/command.js'
import type { InvocationEvent, TaskEvent } from '../../../src/model/task-event.js'
import type { RunEvent } from '../../../src/model/runtime.js'
import { createAdmission } from '../../../src/streams/commands/admit.js'
import { execute } from '../../../src/streams/tasks/execute.js'
import { invoke, type InvokeDeps } from '../../../src/streams/tasks/invoke.js'
import { shutdown } from '../../../src/streams/tasks/shutdown.js'
import { createSlots } from '../../../src/streams/operators/slots.js'
import { marbles } from '../../support/marbles.js'
import {
  binary,
  completed,
  endOf,
  failed,
  invoke as invocation,
  ofInvocation,
  start,
  stop,
  stopped,
} from '../../support/model.js'
import { fakeRuntime, runEvents } from '../../support/runtime.js'

type Input = Received<InvokeCommand | StopCommand>

const commands = {
  i: invocation('t', 'i'),
  j: invocation('t', 'j'),
  u: invocation('t', undefined),
  x: stop('t'),
  y: stop('another'),
}

const latent = {
  start: start('t', { latent: true, env: { A: 'of the start', B: '2' } }),
  binary: binary('wasm'),
}

/** An event of the invocation `i` as the inner stages emit it: with the ID of the task. */
const ofI = (event: InvocationEvent) => ofInvocation('t', 'i', { ...event, ...{ id: 't' } })
const ofJ = (event: InvocationEvent) => ofInvocation('t', 'j', { ...event, ...{ id: 't' } })

const unknown = 'task t has not been precompiled; deploy it as a latent task first'
const late = failed('shutdown', 'task not started: the proplet is shutting down')

const events: Record<string, TaskEvent> = {
  a: ofInvocation('t', 'i', { type: 'accepted', invoke: commands.i }),
  d: ofInvocation('t', 'i', { type: 'duplicate' }),
  r: ofI({ type: 'running' }),
  s: ofI({ type: 'started', compileMs: 1 }),
  e: ofI(endOf('t', completed('30'))),
  k: ofI(endOf('t', stopped())),
  K: ofI(endOf('t', stopped('so far'))),
  n: ofI(endOf('t', failed('binary', unknown))),
  l: ofI(endOf('t', late)),
  A: ofInvocation('t', 'j', { type: 'accepted', invoke: commands.j }),
  R: ofJ({ type: 'running' }),
  S: ofJ({ type: 'started', compileMs: 1 }),
  E: ofJ(endOf('t', completed('30'))),
  Q: ofJ(endOf('t', stopped())),
  L: ofJ(endOf('t', late)),
  O: ofJ(endOf('t', failed('overloaded', 'task refused: 1 tasks are running or waiting already'))),
  u: ofInvocation('t', undefined, { type: 'accepted', invoke: commands.u }),
}

type Given = {
  readonly find?: InvokeDeps['find']
  readonly run?: Observable<RunEvent>
  readonly slots?: number
  readonly maxTasks?: number
  readonly end$?: Observable<unknown>
  readonly execute?: InvokeDeps['execute']
}

const invokeWith = (m: Context, { slots = 2, maxTasks = 10, run = NEVER, ...given }: Given = {}) => {
  const { admit } = createAdmission({ maxTasks, maxDaemons: 0, maxLatent: 0, refuse: () => undefined })
  const runtime = fakeRuntime(() => run, m.scheduler)
  return invoke({
    find: given.find ?? (() => of(latent)),
    admit,
    execute: given.execute ?? execute({ runtime, slots: createSlots(slots) }),
    shutdown$: shutdown(given.end$ ?? NEVER, { graceMs: 10, clock: m.scheduler }),
    clock: m.scheduler,
  })
}

describe('invoke', () => {
  it(
    'runs invocations of one task concurrently, with separate events',
    marbles((m) => {
      const run = m.cold('         ----------s----(e|)', runEvents)
      const runSubs = ['           ^--------------!', '------^--------------!']
      const source = m.hot<Input>('i-----j----|', commands)
      const sourceSubs = '         ^----------!'
      const expected = '           (ar)--(AR)s----eS----E 24ms |'
      m.expect(source.pipe(invokeWith(m, { run }))).toBeObservable(expected, events)
      m.expect(source).toHaveSubscriptions(sourceSubs)
      m.expect(run).toHaveSubscriptions(runSubs)
    }),
  )

  it(
    'lets them wait for a slot',
    marbles((m) => {
      const run = m.cold('         ----------(e|)', runEvents)
      const runSubs = ['           ^---------!', '----------^---------!']
      const source = m.hot<Input>('i-----j', commands)
      const expected = '           (ar)--A---(eR)------E'
      m.expect(source.pipe(invokeWith(m, { run, slots: 1 }))).toBeObservable(expected, events)
      m.expect(run).toHaveSubscriptions(runSubs)
    }),
  )

  it(
    'treats a running one as a duplicate, and an ended one only for a while',
    marbles((m) => {
      const run = m.cold('         -----(e|)', runEvents)
      const runSubs = ['           ^----!', '31ms ^----!']
      const source = m.hot<Input>('i---i-----i 20ms i', commands)
      const expected = '           (ar)de----d 20ms (ar)-e'
      m.expect(source.pipe(invokeWith(m, { run }))).toBeObservable(expected, events)
      m.expect(run).toHaveSubscriptions(runSubs)
    }),
  )

  it(
    'accepts one that did not run again at once, because the Manager deploys the task and repeats it',
    marbles((m) => {
      const find = () => throwError(() => new Error(unknown))
      const source = m.hot<Input>('i-----i', commands)
      const expected = '           (an)--(an)'
      m.expect(source.pipe(invokeWith(m, { find }))).toBeObservable(expected, events)
    }),
  )

  it(
    'runs all of those without a name',
    marbles((m) => {
      const run = m.cold('         ----------s', runEvents)
      const runSubs = ['           ^', '-----^']
      const source = m.hot<Input>('u----u', commands)
      const stage = source.pipe(
        invokeWith(m, { run }),
        filter((event) => event.type === 'invocation' && event.event.type === 'accepted'),
      )
      m.expect(stage).toBeObservable('u----u', events)
      m.expect(run).toHaveSubscriptions(runSubs)
    }),
  )

  it(
    'ends only those of a stopped task, running or waiting',
    marbles((m) => {
      const source = m.hot<Input>('i-----j---y--x', commands)
      const expected = '           (ar)--A------Q-K'
      m.expect(source.pipe(invokeWith(m, { slots: 1 }))).toBeObservable(expected, events)
    }),
  )

  it(
    'refuses invocations beyond the cap, and of tasks that are not deployed',
    marbles((m) => {
      const source = m.hot<Input>('i-----j', commands)
      m.expect(source.pipe(invokeWith(m, { maxTasks: 1 }))).toBeObservable('(ar)--O', events)
      const find = () => throwError(() => new Error(unknown))
      m.expect(m.hot<Input>('i', commands).pipe(invokeWith(m, { find }))).toBeObservable('(an)', events)
    }),
  )

  it(
    'waits for a task that is being compiled, until a stop',
    marbles((m) => {
      const find = m.cold('        ----(t|)', { t: latent })
      const findSubs = ['          ^---!', '      ------^-!']
      const source = m.hot<Input>('i-----j-x', commands)
      const expected = '           a---r-A-Q-K'
      m.expect(source.pipe(invokeWith(m, { find: () => find }))).toBeObservable(expected, events)
      m.expect(find).toHaveSubscriptions(findSubs)
    }),
  )

  it(
    'lets running ones continue in a shutdown until the deadline, and accepts no more',
    marbles((m) => {
      const end$ = m.hot('         ------x')
      const source = m.hot<Input>('i-------j', commands)
      const expected = '           (ar)----(AL)------D'
      const deadline = ofI(endOf('t', failed('shutdown', 'ended by the shutdown', 'so far')))
      m.expect(source.pipe(invokeWith(m, { end$ }))).toBeObservable(expected, { ...events, D: deadline })
    }),
  )

  it(
    'runs the task with its own inputs, and with its variables added',
    marbles((m) => {
      const seen: unknown[] = []
      const asked = invocation('t', 'i', {
        inputs: ['7'],
        env: { A: 'own', C: '3' },
        receivedAt: 9,
        sequence: 4,
      })
      const stage = invokeWith(m, {
        execute: (command, wasm) => {
          seen.push([command, wasm])
          return NEVER
        },
      })
      m.expect(m.hot<Input>('i', { i: asked }).pipe(stage)).toBeObservable('a', {
        a: ofInvocation('t', 'i', { type: 'accepted', invoke: asked }),
      })
      m.flush()
      const env = { A: 'own', B: '2', C: '3' }
      expect(seen).toStrictEqual([
        [start('t', { inputs: ['7'], env, receivedAt: 9, sequence: 4 }), latent.binary],
      ])
    }),
  )

  it(
    'asks to deploy a damaged binary again',
    marbles((m) => {
      const damaged = m.cold('    --(b|)', { b: endOf('t', failed('binary', 'another digest')) })
      const told =
        'task t has not been precompiled any more: another digest; deploy it as a latent task first'
      m.expect(
        m.hot<Input>('     i', commands).pipe(invokeWith(m, { execute: () => damaged })),
      ).toBeObservable('                         a-b', {
        ...events,
        b: ofI(endOf('t', failed('binary', told))),
      })
    }),
  )

  it(
    'answers even if the runtime throws, fails or emits nothing',
    marbles((m) => {
      const source = () => m.hot<Input>('i', commands)
      const answer = (execute: InvokeDeps['execute']) => source().pipe(invokeWith(m, { execute }))
      const failure = (code: 'binary' | 'runtime', error: string) => ({
        ...events,
        f: ofI(endOf('t', failed(code, error))),
      })
      const broken = () => {
        throw new Error('broken')
      }
      m.expect(answer(broken)).toBeObservable('(af)', failure('binary', 'broken'))
      m.expect(answer(() => throwError(() => new Error('no')))).toBeObservable(
        '(af)',
        failure('binary', 'no'),
      )
      m.expect(answer(() => EMPTY)).toBeObservable(
        '(af)',
        failure('runtime', 'the task ended without an outcome'),
      )
    }),
  )

  it(
    'stays silent, completes and fails with its source, and ends its guests on unsubscription',
    marbles((m) => {
      const run = m.cold('         ----s', runEvents)
      const runSubs = '            ^---!'
      const source = m.hot<Input>('i', commands)
      m.expect(source.pipe(invokeWith(m, { run })), '^---!').toBeObservable('(ar)', events)
      m.expect(source).toHaveSubscriptions('^---!')
      m.expect(run).toHaveSubscriptions(runSubs)
      m.expect(m.cold<Input>('|').pipe(invokeWith(m))).toBeObservable('|')
      m.expect(m.cold<Input>('-#').pipe(invokeWith(m))).toBeObservable('-#')
      m.expect(m.cold<Input>('-').pipe(invokeWith(m))).toBeObservable('-')
    }),
  )
})
