import { map } from 'rxjs'
import type { Context } from 'rxjs-marbles'
import { describe, it } from 'vitest'
import type { Span } from '../../../src/model/span.js'
import { spans } from '../../../src/streams/observe/spans.js'
import { marbles } from '../../support/marbles.js'
import { binary, completed, failed } from '../../support/model.js'
import type { ResultDelivery, Phase, PhaseName, Run, Step } from '../../../src/model/step.js'

const runOf = (id: string, kind: Run['kind'] = 'task'): Run => ({
  id,
  kind,
  name: 'add',
  image: 'img',
  invocation: kind === 'invocation' ? { id: 'one' } : undefined,
})
const t = runOf('t')
const u = runOf('u', 'invocation')
const d = runOf('d', 'daemon')
const l = runOf('l', 'latent')

const phase = (name: PhaseName, from: number, to: number, cut = false): Phase => ({ name, from, to, cut })
const step = (run: Run, at: number, more: Partial<Step>): Step => ({
  run,
  before: 'queued',
  stage: 'running',
  at,
  phases: [],
  isResultDue: false,
  ...more,
})
const begins = (run: Run): Step => step(run, 1, { before: undefined, stage: 'fetching' })

const steps: Record<string, Step> = {
  t: begins(t),
  u: begins(u),
  d: begins(d),
  l: begins(l),
  f: step(t, 2, {
    phases: [phase('fetch', 1, 2)],
    fetched: { binary: binary('b'), from: 'registry', attempts: 2 },
  }),
  s: step(t, 4, { phases: [phase('prepare', 2, 3), phase('compile', 3, 4)] }),
  e: step(t, 6, { stage: 'over', phases: [phase('run', 4, 6)], outcome: completed('30'), isResultDue: true }),
  F: step(t, 6, {
    stage: 'over',
    phases: [phase('fetch', 4, 6, true)],
    outcome: failed('binary', 'secret words of a guest'),
    isResultDue: true,
  }),
  E: step(u, 6, { stage: 'over', outcome: completed('30'), isResultDue: true }),
  A: step(d, 3, { isResultDue: true }),
  D: step(d, 9, {
    stage: 'over',
    phases: [phase('run', 3, 9)],
    outcome: failed('trap', 'x'),
    isResultDue: true,
  }),
  L: step(l, 3, { stage: 'deployed' }),
  R: step(l, 5, { stage: 'over' }),
  X: step(runOf('x'), 6, {
    before: undefined,
    stage: 'over',
    outcome: failed('overloaded', 'x'),
    isResultDue: true,
  }),
}
const tolds: Record<string, ResultDelivery> = {
  k: { run: t, dueAt: 6, handedAt: 7, at: 8, isDelivered: true },
  x: { run: t, dueAt: 6, handedAt: 7, at: 8, isDelivered: false },
  u: { run: u, dueAt: 6, handedAt: 7, at: 8, isDelivered: true },
  d: { run: d, dueAt: 3, handedAt: 4, at: 5, isDelivered: true },
  D: { run: d, dueAt: 9, handedAt: 9, at: 10, isDelivered: true },
}

const spansOf = (m: Context, source: string, told: string, { isSampled = true, maxTraces = 10 } = {}) => {
  let ids = 0
  return spans(
    { step$: m.hot(source, steps), resultDelivery$: m.hot(told, tolds) },
    {
      isSampled: () => isSampled,
      traceId: () => `T${ids++}`,
      spanId: () => `S${ids++}`,
      epochOffset: () => 1000,
      maxTraces,
    },
  )
}
const short = ({ name, startedAt, endedAt, error, parentId }: Span): string =>
  `${parentId === undefined ? '/' : ''}${name} ${startedAt - 1000}-${endedAt - 1000}${error === undefined ? '' : ` ${error}`}`

describe('spans', () => {
  it(
    'emits a span for each phase, for the publication, and for the whole as their parent',
    marbles((m) => {
      m.expect(spansOf(m, 'tfs---e', '-------k').pipe(map(short))).toBeObservable('-f(sS)e(kK)', {
        f: 'fetch 1-2',
        s: 'prepare 2-3',
        S: 'compile 3-4',
        e: 'execute 4-6',
        k: 'publish 7-8',
        K: '/start 1-8',
      })
    }),
  )
  it(
    'has attributes, and of a failure only the code',
    marbles((m) => {
      const source = spansOf(m, 'tf-F', '-------x')
      const same = { traceId: 'T0', kind: 'internal' } as const
      const child = { ...same, parentId: 'S1', attributes: {} }
      m.expect(source).toBeObservable('-a-b---(cd)', {
        a: {
          ...child,
          spanId: 'S2',
          name: 'fetch',
          startedAt: 1001,
          endedAt: 1002,
          attributes: {
            'proplet.binary.from': 'registry',
            'proplet.binary.digest': 'sha256:b',
            'proplet.binary.size': 1,
            'proplet.fetch.requests': 2,
          },
          error: undefined,
        },
        b: { ...child, spanId: 'S3', name: 'fetch', startedAt: 1004, endedAt: 1006, error: 'binary' },
        c: {
          ...child,
          kind: 'producer',
          spanId: 'S4',
          name: 'publish',
          startedAt: 1007,
          endedAt: 1008,
          error: 'not delivered',
        },
        d: {
          ...same,
          kind: 'consumer',
          parentId: undefined,
          spanId: 'S1',
          name: 'start',
          startedAt: 1001,
          endedAt: 1008,
          attributes: {
            'proplet.task.id': 't',
            'proplet.task.kind': 'task',
            'proplet.task.name': 'add',
            'proplet.task.image': 'img',
            'proplet.outcome': 'failed',
            'proplet.failure': 'binary',
          },
          error: 'binary',
        },
      })
    }),
  )
  it(
    'ends the root of a daemon with its first answer, of a latent task when it is deployed, of an invocation with its result',
    marbles((m) => {
      m.expect(spansOf(m, 'dA-------D', '---d---------D').pipe(map(short))).toBeObservable('---(pr)--e---q', {
        p: 'publish 4-5',
        r: '/start 1-5',
        e: 'execute 3-9 trap',
        q: 'publish 9-10',
      })
      m.expect(spansOf(m, 'l-L--R', '').pipe(map(short))).toBeObservable('--r', { r: '/start 1-3' })
      m.expect(spansOf(m, 'u-E', '-----u').pipe(map(short))).toBeObservable('-----(pr)', {
        p: 'publish 7-8',
        r: '/invoke 1-8',
      })
    }),
  )
  it(
    'does not trace unsampled runs',
    marbles((m) => {
      m.expect(spansOf(m, 'tfs-eX|', '-----k|', { isSampled: false })).toBeObservable('------|')
    }),
  )
  it(
    'drops the oldest beyond its cap, but still emits their root spans',
    marbles((m) => {
      m.expect(spansOf(m, 'tu-f-E', '-------u', { maxTraces: 1 }).pipe(map(short))).toBeObservable(
        '-t-----(pu)',
        { t: '/start 1-1', p: 'publish 7-8', u: '/invoke 1-8' },
      )
    }),
  )
  it(
    'stays silent, completes and fails with its sources, and unsubscribes from them',
    marbles((m) => {
      const step$ = m.hot<Step>('-')
      const resultDelivery$ = m.hot<ResultDelivery>('-')
      const deps = {
        isSampled: () => true,
        traceId: () => '',
        spanId: () => '',
        epochOffset: () => 0,
        maxTraces: 1,
      }
      m.expect(spans({ step$, resultDelivery$ }, deps), '^-!').toBeObservable('---')
      m.expect(step$).toHaveSubscriptions('^-!')
      m.expect(resultDelivery$).toHaveSubscriptions('^-!')
      m.expect(
        spans({ step$: m.cold<Step>('|'), resultDelivery$: m.cold<ResultDelivery>('-|') }, deps),
      ).toBeObservable('-|')
      m.expect(
        spans({ step$: m.cold<Step>('-#'), resultDelivery$: m.cold<ResultDelivery>('-') }, deps),
      ).toBeObservable('-#')
    }),
  )
})
