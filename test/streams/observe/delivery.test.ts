import { map } from 'rxjs'
import type { Context } from 'rxjs-marbles'
import { describe, it } from 'vitest'
import type { Publication } from '../../../src/model/publication.js'
import type { Run, Step } from '../../../src/model/step.js'
import { resultDelivery, type Fate } from '../../../src/streams/observe/delivery.js'
import { marbles } from '../../support/marbles.js'

const runOf = (id: string, invocation?: string): Run => ({
  id,
  kind: invocation === undefined ? 'task' : 'invocation',
  name: undefined,
  image: undefined,
  invocation: invocation === undefined ? undefined : { id: invocation === '' ? undefined : invocation },
})

const result = (id: string): Publication => ({
  subtopic: 'control/proplet/results',
  payload: { task_id: id },
  keep: 'all',
})
const invokeResult = (id: string, invocation: string): Publication => ({
  subtopic: 'control/proplet/invoke_results',
  payload: { task_id: id, invocation_id: invocation },
  keep: 'all',
})
const beat: Publication = { subtopic: 'control/proplet/alive', payload: { task_id: 't' }, keep: 'latest' }

const first = result('t')
const second = result('t')
const other = result('u')
const one = invokeResult('t', 'one')
const unnamed = invokeResult('t', '')

const runs: Readonly<Record<string, Run>> = {
  t: runOf('t'),
  v: runOf('t'),
  u: runOf('u'),
  o: runOf('t', 'one'),
  n: runOf('t', ''),
}
const fates: Readonly<Record<string, Fate>> = {
  h: { publication: first, at: 'handed' },
  k: { publication: first, at: 'acknowledged' },
  x: { publication: first, at: 'rejected' },
  H: { publication: second, at: 'handed' },
  K: { publication: second, at: 'acknowledged' },
  u: { publication: other, at: 'acknowledged' },
  o: { publication: one, at: 'acknowledged' },
  n: { publication: unnamed, at: 'acknowledged' },
  b: { publication: beat, at: 'acknowledged' },
  r: { publication: beat, at: 'replaced' },
}

const nameOf = (run: Run): string => Object.keys(runs).find((name) => runs[name] === run) ?? '?'

/** Each letter of `due` is a run whose result is due at that time. */
const deliveriesOf = (m: Context, due: string, fate: string, maxDue = 10) => {
  const now = () => m.scheduler.now()
  const step$ = m.hot(due, runs).pipe(
    map((run): Step => ({
      run,
      before: 'running',
      stage: 'over',
      at: now(),
      phases: [],
      isResultDue: true,
    })),
  )
  return resultDelivery({ step$, fate$: m.hot(fate, fates) }, { now, maxDue }).pipe(
    map(
      ({ run, dueAt, handedAt, at, isDelivered }) =>
        `${nameOf(run)} ${dueAt}-${handedAt}-${at}${isDelivered ? '' : ' lost'}`,
    ),
  )
}

describe('resultDelivery', () => {
  it(
    'reports when a result was due, handed over and acknowledged',
    marbles((m) => {
      m.expect(deliveriesOf(m, '-t-----|', '---h--k|')).toBeObservable('------k|', { k: 't 1-3-6' })
    }),
  )
  it(
    'handles a result that is sent early, or again after a lost connection',
    marbles((m) => {
      m.expect(deliveriesOf(m, '--t', 'h---k')).toBeObservable('----k', { k: 't 2-2-4' })
      m.expect(deliveriesOf(m, 't', '-h--h-k')).toBeObservable('------k', { k: 't 0-1-6' })
    }),
  )
  it(
    'reports the results of one task in order, and tasks and invocations separately',
    marbles((m) => {
      m.expect(deliveriesOf(m, '(tv)', '-hH-kK')).toBeObservable('----kK', { k: 't 0-1-4', K: 'v 0-2-5' })
      m.expect(deliveriesOf(m, '(tuno)', '-o-n-u-k')).toBeObservable('-o-n-u-k', {
        o: 'o 0-1-1',
        n: 'n 0-3-3',
        u: 'u 0-5-5',
        k: 't 0-7-7',
      })
    }),
  )
  it(
    'reports an undeliverable result once, and nothing else',
    marbles((m) => {
      m.expect(deliveriesOf(m, 't', '-hxk-b-r')).toBeObservable('--x', { x: 't 0-1-2 lost' })
      m.expect(deliveriesOf(m, '', 'hk')).toBeObservable('')
    }),
  )
  it(
    'forgets the oldest beyond its cap',
    marbles((m) => {
      m.expect(deliveriesOf(m, '(tuo)', '-k-u-o', 2)).toBeObservable('---u-o', { u: 'u 0-3-3', o: 'o 0-5-5' })
      m.expect(deliveriesOf(m, '(tv)', '-k-K', 1)).toBeObservable('-k', { k: 'v 0-1-1' })
    }),
  )
  it(
    'stays silent, completes and fails with its sources, and unsubscribes from them',
    marbles((m) => {
      const deps = { now: () => 0, maxDue: 1 }
      const step$ = m.hot<Step>('-')
      const fate$ = m.hot<Fate>('-')
      m.expect(resultDelivery({ step$, fate$ }, deps), '^-!').toBeObservable('---')
      m.expect(step$).toHaveSubscriptions('^-!')
      m.expect(fate$).toHaveSubscriptions('^-!')
      m.expect(resultDelivery({ step$: m.cold<Step>('|'), fate$: m.cold<Fate>('-|') }, deps)).toBeObservable(
        '-|',
      )
      m.expect(resultDelivery({ step$: m.cold<Step>('-#'), fate$: m.cold<Fate>('-') }, deps)).toBeObservable(
        '-#',
      )
    }),
  )
})
