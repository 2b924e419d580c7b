import { concat, EMPTY, map, NEVER, of, type Observable } from 'rxjs'
import type { Context } from 'rxjs-marbles'
import { describe, it } from 'vitest'
import type { StartCommand } from '../../../../src/model/command.js'
import type { TaskEvent } from '../../../../src/model/task-event.js'
import { ended } from '../../../../src/model/ended.js'
import { federate, type FederateDeps } from '../../../../src/streams/tasks/federated/federate.js'
import { createSlots } from '../../../../src/streams/operators/slots.js'
import { marbles } from '../../../support/marbles.js'
import { completed, failed, start } from '../../../support/model.js'

const urls = { modelRegistry: 'http://registry', dataStore: undefined, coordinator: 'http://coordinator' }
const plain = start('t')
const learning = start('t', { env: { ROUND_ID: 'r1', MODEL_URI: 'm4' } })

const stage = (m: Context, deps: Partial<FederateDeps> = {}) =>
  federate({
    propletId: 'p1',
    urls,
    deadlineMs: 1000,
    random: () => 0,
    clock: m.scheduler,
    get: () => of('{"w":[]}'),
    post: () => of(true),
    read: () => of({ base64: 'e30=', numSamples: 7, metrics: {}, json: '{}' }),
    slots: createSlots(1),
    ...deps,
  })

const inShort = (event: TaskEvent): string => {
  if (event.type === 'warning') return event.message
  if (event.type !== 'ended') return event.type
  const { outcome, round } = event
  const samples = round?.update?.numSamples
  return `${outcome.kind}${outcome.kind === 'failed' ? ` ${outcome.error}` : ''}${samples === undefined ? '' : ` of ${samples}`}`
}

const told = (event$: Observable<TaskEvent>) => event$.pipe(map(inShort))

const runOf = (m: Context) => (task: Parameters<Parameters<ReturnType<typeof stage>>[1]>[0]) =>
  concat(
    of<TaskEvent>({ type: 'running', id: task.id }),
    of<TaskEvent>({ type: 'warning', id: task.id, message: JSON.stringify(task.env) }),
    m.cold<TaskEvent>('----(e|)', { e: ended(task, completed('{}')) }),
  )

describe('federate', () => {
  it(
    "only adds the proplet's ID to other tasks",
    marbles((m) => {
      const get = m.cold<string>('-')
      const run = stage(m, { get: () => get, slots: createSlots(0) })(plain, runOf(m), NEVER)
      m.expect(told(run)).toBeObservable('(rw)(e|)', {
        r: 'running',
        w: '{"PROPLET_ID":"p1"}',
        e: 'completed',
      })
      m.expect(get).toHaveSubscriptions([])
    }),
  )

  it(
    'prepares a task of a round before it runs, and reports afterwards',
    marbles((m) => {
      const get = m.cold('   --(m|)', { m: '{}' })
      const post = m.cold('  -(t|)')
      const run = stage(m, { get: () => get, post: () => post })(learning, runOf(m), NEVER)
      m.expect(told(run)).toBeObservable('--(pxw)(de|)', {
        p: 'provided',
        x: 'running',
        w: '{"ROUND_ID":"r1","MODEL_URI":"m4","PROPLET_ID":"p1","MODEL_DATA":"{}"}',
        d: 'reported',
        e: 'completed of 7',
      })
      m.expect(get).toHaveSubscriptions(' ^-!')
      m.expect(post).toHaveSubscriptions('------^!')
    }),
  )

  it(
    'reports nothing for a failed task, or one whose result was announced',
    marbles((m) => {
      const post = m.cold<unknown>('-')
      const tellOf = (end: TaskEvent) => told(stage(m, { post: () => post })(learning, () => of(end), NEVER))
      m.expect(tellOf(ended(learning, failed('trap', 'unreachable')))).toBeObservable('(pe|)', {
        p: 'provided',
        e: 'failed unreachable',
      })
      m.expect(tellOf(ended(learning, completed('{}'), true))).toBeObservable('(pe|)', {
        p: 'provided',
        e: 'completed',
      })
      m.expect(post).toHaveSubscriptions([])
    }),
  )

  it(
    'does not run a task that lacks a URL',
    marbles((m) => {
      const never = (): Observable<TaskEvent> => {
        throw new Error('it ran')
      }
      const without = stage(m, { urls: { ...urls, coordinator: undefined } })
      m.expect(told(without(learning, never, NEVER))).toBeObservable('(e|)', {
        e: 'failed MANAGER_COORDINATOR_URL is not set; expected it in the environment of the task or of the proplet',
      })
    }),
  )

  it(
    'prepares no more tasks at once than there are slots',
    marbles((m) => {
      const get = m.cold('---(m|)', { m: '{}' })
      const run = (task: StartCommand) =>
        concat(of<TaskEvent>({ type: 'running', id: task.id }), m.cold<TaskEvent>('-'))
      const together = stage(m, { get: () => get })
      const values = { p: 'provided', r: 'running' }
      m.expect(told(together(learning, run, NEVER))).toBeObservable('---(pr)', values)
      m.expect(told(together(learning, run, NEVER))).toBeObservable('------(pr)', values)
      m.expect(get).toHaveSubscriptions(['^--!', '---^--!'])
    }),
  )

  it(
    'releases its slot and cancels its fetch on unsubscription',
    marbles((m) => {
      const get = m.cold('-----(m|)', { m: '{}' })
      const together = stage(m, { get: () => get })
      m.expect(told(together(learning, () => EMPTY, NEVER)), '^-!').toBeObservable('-')
      m.expect(told(together(learning, () => EMPTY, NEVER)), '-^').toBeObservable('-------(p|)', {
        p: 'provided',
      })
      m.expect(get).toHaveSubscriptions(['^-!', '--^----!'])
    }),
  )

  it(
    'passes on an error that is not its own',
    marbles((m) => {
      const broken = m.cold<TaskEvent>('-#', {}, new Error('no child'))
      m.expect(told(stage(m)(learning, () => broken, NEVER))).toBeObservable(
        'p#',
        { p: 'provided' },
        new Error('no child'),
      )
    }),
  )
})
