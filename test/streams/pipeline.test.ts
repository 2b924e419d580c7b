import { map } from 'rxjs'
import { describe, it } from 'vitest'
import { marbles } from '../support/marbles.js'
import { inShort, links, outputs, pipelineWith, published } from '../support/pipeline.js'
import { runEvents } from '../support/runtime.js'

describe('pipeline: from start to result', () => {
  it(
    'announces itself, runs a task, and publishes its result',
    marbles((m) => {
      const run = m.cold('          ----s--(e|)', runEvents)
      const { values, begin } = pipelineWith(m, { runs: { add: run } })
      const message$ = m.hot('      -----s-------', values)
      const connection$ = m.hot('   -u-----------', links)
      const stop$ = m.hot('         -------------')
      const subs = '                ^ 99ms !'
      const runSubs = '             -----^------!'
      const expected = '            -(ch)-------e'
      m.expect(published(begin({ message$, connection$, stop$ })), subs).toBeObservable(expected, outputs)
      m.expect(run).toHaveSubscriptions(runSubs)
      m.expect(message$).toHaveSubscriptions(subs)
      m.expect(connection$).toHaveSubscriptions(subs)
      m.expect(stop$).toHaveSubscriptions(subs)
    }),
  )

  it(
    'emits all events of a task, and its result when it is due',
    marbles((m) => {
      const run = m.cold('          --------s-o-(e|)', runEvents)
      const { values, begin } = pipelineWith(m, { runs: { add: run }, settings: { resultHoldMs: 50 } })
      const message$ = m.hot('      s', values)
      const subs = '                ^ 99ms !'
      const expected = '            (afr)---s-o-e 37ms R'
      m.expect(begin({ message$ }).pipe(map(inShort)), subs).toBeObservable(expected, {
        a: 'accepted t',
        f: 'fetched t',
        r: 'running t',
        s: 'started t',
        o: 'output t',
        e: 'ended t',
        R: outputs.e,
      })
    }),
  )

  it(
    'fetches an image once for two tasks, and ignores unrequested chunks',
    marbles((m) => {
      const run = m.cold('          --(e|)', runEvents)
      const { values, begin } = pipelineWith(m, { runs: { add: run } })
      const message$ = m.hot('      a(ij)a-b---', values)
      const subs = '                ^ 99ms !'
      const runSubs = ['            -------^-!', '---------^-!']
      const expected = '            -f-------i-j'
      m.expect(published(begin({ message$ })), subs).toBeObservable(expected, outputs)
      m.expect(run).toHaveSubscriptions(runSubs)
    }),
  )

  it(
    'answers a refused command that names a task for this proplet, and reports a message that names none',
    marbles((m) => {
      const { values, begin } = pipelineWith(m)
      const message$ = m.hot('      -r-q-n-', values)
      const subs = '                ^ 99ms !'
      const expected = '            -(re)n'
      m.expect(begin({ message$ }).pipe(map(inShort)), subs).toBeObservable(expected, {
        r: outputs.r,
        e: 'ended t',
        n: 'rejected no JSON',
      })
    }),
  )

  it(
    'ignores a command for another proplet',
    marbles((m) => {
      const { values, begin } = pipelineWith(m)
      const message$ = m.hot('      -o-', values)
      const subs = '                ^ 99ms !'
      m.expect(begin({ message$ }), subs).toBeObservable('-')
      m.expect(message$).toHaveSubscriptions(subs)
    }),
  )

  it(
    'stops a running task, and one whose stop arrives with its start',
    marbles((m) => {
      const run = m.cold('          ---------', runEvents)
      const { values, begin } = pipelineWith(m, { runs: { add: run } })
      const message$ = m.hot('      s----x---- 40ms (sx)', values)
      const subs = '                ^ 99ms !'
      const runSubs = ['            ^------!', '50ms ^-!']
      const expected = '            -------x-- 42ms x'
      m.expect(published(begin({ message$ })), subs).toBeObservable(expected, outputs)
      m.expect(run).toHaveSubscriptions(runSubs)
    }),
  )

  it(
    'keeps the order of one ID: after start, stop, start the task runs again once the first has ended',
    marbles((m) => {
      const run = m.cold('          -----(e|)', runEvents)
      const { values, begin } = pipelineWith(m, { runs: { add: run }, settings: { resultHoldMs: 20 } })
      const message$ = m.hot('      (sxs)', values)
      const subs = '                ^ 99ms !'
      const runSubs = ['            ^-!', '--^----!']
      const expected = '            20ms (xe)'
      m.expect(published(begin({ message$ })), subs).toBeObservable(expected, outputs)
      m.expect(run).toHaveSubscriptions(runSubs)
    }),
  )

  it(
    'runs two tasks at once if there is room for two',
    marbles((m) => {
      const long = m.cold('         -----(e|)', runEvents)
      const short = m.cold('        --(e|)', runEvents)
      const { values, begin } = pipelineWith(m, {
        runs: { add: long, second: short },
        settings: { maxTasks: 2 },
      })
      const message$ = m.hot('      -sS', values)
      const subs = '                ^ 99ms !'
      const expected = '            ----E-e'
      m.expect(published(begin({ message$ })), subs).toBeObservable(expected, outputs)
      m.expect(long).toHaveSubscriptions('  -^----!')
      m.expect(short).toHaveSubscriptions(' --^-!')
    }),
  )

  it(
    'lets as many wait as allowed, and refuses the next',
    marbles((m) => {
      const first = m.cold('        -----(e|)', runEvents)
      const second = m.cold('       --(e|)', runEvents)
      const { values, begin } = pipelineWith(m, { runs: { add: first, second } })
      const message$ = m.hot('      -sST', values)
      const subs = '                ^ 99ms !'
      const expected = '            ---W--e-E'
      m.expect(published(begin({ message$ })), subs).toBeObservable(expected, outputs)
      m.expect(first).toHaveSubscriptions(' -^----!')
      m.expect(second).toHaveSubscriptions('------^-!')
    }),
  )

  it(
    'runs a daemon beside the tasks, announces it, and publishes nothing when it is stopped (14.7)',
    marbles((m) => {
      const task = m.cold('         -----(e|)', runEvents)
      const daemon = m.cold('       --s------', runEvents)
      const { values, begin } = pipelineWith(m, { runs: { add: task, daemon } })
      const message$ = m.hot('      sD 47ms k', values)
      const subs = '                ^ 99ms !'
      const expected = '            ---D-e'
      m.expect(published(begin({ message$ })), subs).toBeObservable(expected, outputs)
      m.expect(daemon).toHaveSubscriptions('-^ 49ms !')
    }),
  )

  it(
    'survives a port that throws: the task is answered',
    marbles((m) => {
      const broken = (): never => {
        throw new Error('broken')
      }
      const failed = outputs.r.replace('command refused: name: expected a string', 'broken')
      const subs = '                ^ 99ms !'
      const expected = '            -r- 27ms -r'
      for (const deps of [{ refuse: broken }, { runtime: { run: broken } }, { inline: broken }]) {
        const { values, begin } = pipelineWith(m, { deps })
        const message$ = m.hot('    -s- 27ms -s', values)
        m.expect(published(begin({ message$ })), subs).toBeObservable(expected, { r: failed })
      }
    }),
  )
})
