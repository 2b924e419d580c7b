import { describe, expect, it } from 'vitest'
import { apply, select, type State } from '../../src/page/state.js'
import type { Delta, Point, Row, Snapshot } from '../../src/model/view.js'

const row = (key: number, over: Partial<Row> = {}): Row => ({
  key,
  id: `t${key}`,
  kind: 'task',
  name: 'add',
  phase: 'running',
  at: 0,
  since: key,
  spans: {},
  ...over,
})
const point = (at: number): Point => ({
  at,
  cpu: 0,
  hostCpu: 0,
  memory: 0,
  hostMemory: 0,
  hostMemoryTotal: 0,
  running: 0,
  waiting: 0,
})
const head = {
  now: 100,
  time: 1000,
  link: { state: 'up', reason: '', since: 0 },
  totals: { running: 0, waiting: 0, completed: 0, failed: 0, stopped: 0 },
} as const
const snapshot: Snapshot = {
  type: 'snapshot',
  ...head,
  facts: {
    propletId: 'p1',
    namespace: 'default',
    broker: 'tcp://b:1',
    runtime: 'fake',
    version: '1',
    node: 'v20',
    cores: 2,
    maxTasks: 1,
    queueMax: 1,
    startedAt: 0,
    actions: false,
    assets: 'a',
  },
  rows: [row(1), row(2)],
  points: [point(10), point(20)],
  latency: [],
  windowMs: 85,
}
const delta = (over: Partial<Delta>): Delta => ({
  type: 'delta',
  ...head,
  rows: [],
  gone: [],
  points: [],
  ...over,
})

const after = (...deltas: readonly Delta[]): State => {
  const state = [snapshot, ...deltas].reduce<State | undefined>(apply, undefined)
  if (state === undefined) throw new Error('no state')
  return state
}

describe('what the page knows', () => {
  it('is the content of a snapshot, and nothing before it', () => {
    expect(apply(undefined, delta({ rows: [row(1)] }))).toBeUndefined()
    expect([...after().rows.keys()]).toStrictEqual([1, 2])
    expect([...(apply(after(delta({ rows: [row(9)] })), snapshot)?.rows.keys() ?? [])]).toStrictEqual([1, 2])
  })

  it('changes row by row, even if a change arrives twice', () => {
    const change = delta({ rows: [row(2, { phase: 'failed' }), row(3)], gone: [1, 77] })
    for (const state of [after(change), after(change, change)])
      expect([...state.rows.values()].map(({ key, phase }) => [key, phase])).toStrictEqual([
        [2, 'failed'],
        [3, 'running'],
      ])
  })

  it('keeps points in order, once, and for as long as they are shown', () => {
    const state = after(delta({ points: [point(20), point(90)] }))
    expect(state.points.map(({ at }) => at)).toStrictEqual([20, 90])
  })
})

describe('the rows that are shown', () => {
  const rows = [
    row(1, { phase: 'waiting', name: 'Queue' }),
    row(2),
    row(3, { phase: 'ready' }),
    row(4, { phase: 'completed', since: 50 }),
    row(5, { phase: 'failed', since: 40 }),
    row(6),
  ]
  const keys = (...given: Parameters<typeof select>) => {
    const { live, ended } = select(...given)
    return [live.map(({ key }) => key), ended.map(({ key }) => key)]
  }

  it('are running, waiting and latent ones, then ended ones, each newest first', () => {
    expect(keys(rows, 'all', '')).toStrictEqual([
      [6, 2, 1, 3],
      [4, 5],
    ])
  })

  it('may be fewer', () => {
    expect(keys(rows, 'live', '')).toStrictEqual([[6, 2, 1, 3], []])
    expect(keys(rows, 'failed', '')).toStrictEqual([[], [5]])
    expect(keys(rows, 'all', ' QUEUE ')).toStrictEqual([[1], []])
  })
})
