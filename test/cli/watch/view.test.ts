import { map } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { ChannelMessage } from '../../../src/cli/client/channel-message.js'
import { WatchModel } from '../../../src/cli/watch/model.js'
import type { TaskRow, WatchView } from '../../../src/cli/watch/rows.js'
import { watchView } from '../../../src/cli/watch/view.js'
import type { Connection } from '../../../src/model/connection.js'
import { marbles } from '../../support/marbles.js'

const CAPS = { proplets: 3, tasks: 3, fetches: 2 }
const up: Connection = { state: 'up', sessionPresent: false }

const alive = (propletId: string, offline = false): ChannelMessage => ({
  type: 'alive',
  propletId,
  offline,
  software: '',
})
const start = (taskId: string, propletId = ''): ChannelMessage => ({
  type: 'start',
  taskId,
  propletId,
  name: 'f',
  image: '',
  latent: false,
})
const result = (taskId: string, propletId: string, error?: string): ChannelMessage => ({
  type: 'result',
  taskId,
  propletId,
  results: `of ${taskId}`,
  error,
})
const usage = (taskId: string, propletId: string): ChannelMessage => ({
  type: 'task_metrics',
  taskId,
  propletId,
  cpuPercent: 50,
  memoryBytes: 1000,
})
const chunk = (image: string, index: number): ChannelMessage => ({
  type: 'chunk',
  image,
  index,
  total: 2,
  bytes: 10,
})

const short = ({ proplets, tasks, fetches, connection, dropped }: WatchView): string =>
  [
    connection?.state ?? 'new',
    ...proplets.map(({ id, state, beats }) => `${id}:${state}:${beats}`),
    ...tasks.map(({ id, propletId, phase }) => `${id}@${propletId}:${phase}`),
    ...fetches.map(({ image, fetched }) => `${image}:${fetched.chunks}/${fetched.total}`),
    ...(dropped > 0 ? [`dropped:${dropped}`] : []),
  ].join(' ')

describe('the view of the stream', () => {
  const deps = { caps: CAPS, frameMs: 5, tickMs: 100 }

  it(
    'appears at once, changes at most once per frame, and at least at each tick',
    marbles((m) => {
      const heard$ = m.hot<ChannelMessage>('     --ab-----c-----', {
        a: alive('p'),
        b: start('t'),
        c: result('t', 'p'),
      })
      const connection$ = m.cold<Connection>('u------------------', { u: up })
      const view$ = watchView(heard$, connection$, { ...deps, clock: m.scheduler }).pipe(map(short))
      m.expect(view$, '^ 130ms !').toBeObservable('0----1----2 89ms 3', {
        0: 'new',
        1: 'up p:alive:1 t@:sent',
        2: 'up p:alive:1 t@p:completed',
        3: 'up p:alive:1 t@p:completed',
      })
      m.expect(heard$).toHaveSubscriptions('^ 130ms !')
    }),
  )

  it(
    'shows proplets that fall silent, and a lost connection',
    marbles((m) => {
      const heard$ = m.hot<ChannelMessage>('a', { a: alive('p') })
      const connection$ = m.cold<Connection>('u 9s d', { u: up, d: { state: 'down', reason: 'x' } })
      const view$ = watchView(heard$, connection$, {
        caps: CAPS,
        frameMs: 1,
        tickMs: 31_000,
        clock: m.scheduler,
      })
      m.expect(view$.pipe(map(short)), '^ 31005ms !').toBeObservable('01 8999ms 2 21998ms 3', {
        0: 'new',
        1: 'up p:alive:1',
        2: 'down p:alive:1',
        3: 'down p:silent:1',
      })
    }),
  )

  it(
    'continues without messages, and ends with an error',
    marbles((m) => {
      const view$ = (source: string) =>
        watchView(m.cold<ChannelMessage>(source), m.cold('-'), { ...deps, clock: m.scheduler }).pipe(
          map(short),
        )
      m.expect(view$('|'), '^ 150ms !').toBeObservable('0 99ms 0', { 0: 'new' })
      m.expect(view$('-#'), '^ 150ms !').toBeObservable('0#', { 0: 'new' })
    }),
  )
})

describe('the rows', () => {
  const told = (...messages: readonly ChannelMessage[]): WatchView => {
    const model = new WatchModel(CAPS)
    messages.forEach((message, at) => model.take(message, at))
    return model.view(messages.length, up)
  }
  const tasks = (...messages: readonly ChannelMessage[]): readonly TaskRow[] => told(...messages).tasks

  it('follow a task from its start to its end', () => {
    const phases = [start('t'), usage('t', 'p'), result('t', 'p')].map(
      (_, i, all) => tasks(...all.slice(0, i + 1))[0],
    )
    expect(phases.map((row) => `${row?.propletId ?? ''} ${row?.phase ?? ''}`)).toStrictEqual([
      ' sent',
      'p running',
      'p completed',
    ])
    expect(phases[2]).toMatchObject({ name: 'f', since: 0, endedAt: 2, cpuPercent: 50, text: 'of t' })
  })

  it('show failures, stops, and pending stops', () => {
    expect(tasks(start('t'), result('t', 'p', 'why'))[0]).toMatchObject({ phase: 'failed', text: 'why' })
    expect(tasks(result('t', 'p', 'task stopped'))[0]).toMatchObject({ phase: 'stopped' })
    const stop: ChannelMessage = { type: 'stop', taskId: 't', propletId: '' }
    expect(tasks(start('t'), stop)[0]).toMatchObject({ phase: 'stopping' })
    expect(tasks(result('t', 'p'), stop)[0]).toMatchObject({ phase: 'completed' })
    expect(tasks(stop)).toStrictEqual([])
  })

  it('are separate for each proplet that runs a task', () => {
    expect(short(told(start('t'), usage('t', 'p'), result('t', 'q'), result('t', 'p')))).toBe(
      'up t@q:completed t@p:completed',
    )
  })

  it('start again when a task does', () => {
    expect(tasks(start('t'), result('t', 'p', 'why'), start('t'))).toMatchObject([
      { phase: 'sent', text: '', endedAt: undefined },
    ])
  })

  it('count the invocations of a latent task', () => {
    const latent: ChannelMessage = {
      type: 'start',
      taskId: 't',
      propletId: 'p',
      name: 'f',
      image: '',
      latent: true,
    }
    const call: ChannelMessage = {
      type: 'invoke_result',
      taskId: 't',
      propletId: 'p',
      invocationId: 'i',
      results: 7,
      error: undefined,
    }
    expect(tasks(latent)[0]).toMatchObject({ phase: 'deployed', calls: 0 })
    expect(tasks(latent, call, call)[0]).toMatchObject({ phase: 'deployed', calls: 2, text: '7' })
  })

  it('show active tasks before ended ones', () => {
    expect(short(told(start('a'), start('b'), result('b', 'p'), start('c')))).toBe(
      'up c@:sent a@:sent b@p:completed',
    )
  })

  it('show a fetch for a while after its last chunk', () => {
    const model = new WatchModel(CAPS)
    model.take({ type: 'asked', image: 'i' }, 0)
    model.take(chunk('i', 0), 1)
    model.take(chunk('i', 0), 2)
    expect(short(model.view(10_000, up))).toBe('up i:1/2')
    expect(short(model.view(10_003, up))).toBe('up')
  })

  it('are dropped when there are too many, ended ones first', () => {
    expect(short(told(start('a'), start('b'), result('b', 'p'), start('c'), start('d')))).toBe(
      'up d@:sent c@:sent a@:sent dropped:1',
    )
    const proplets = ['p', 'q', 'r', 's'].map((id) => alive(id, id === 'q'))
    expect(short(told(...proplets))).toBe('up p:alive:1 r:alive:1 s:alive:1 dropped:1')
    expect(short(told(chunk('a', 0), chunk('b', 0), chunk('c', 0)))).toBe('up b:1/2 c:1/2 dropped:1')
  })

  it('stay bounded, however many messages arrive', () => {
    const model = new WatchModel(CAPS)
    for (let i = 0; i < 5000; i += 1) {
      model.take(alive(`p${i}`), i)
      model.take(result(`${'t'.repeat(5000)}${i}`, `p${i}`, 'x'.repeat(5000)), i)
      model.take({ type: 'asked', image: `i${i}` }, i)
    }
    const view = model.view(5000, up)
    expect([view.proplets.length, view.tasks.length, view.fetches.length]).toStrictEqual([3, 3, 2])
    expect(JSON.stringify(view).length).toBeLessThan(5000)
  })
})
