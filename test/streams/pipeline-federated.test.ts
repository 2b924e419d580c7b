import { filter, map, NEVER, of, throwError, type Observable } from 'rxjs'
import { describe, it } from 'vitest'
import type { PipelineDeps, PipelineOutput } from '../../src/streams/pipeline.js'
import { marbles } from '../support/marbles.js'
import { bytes, start, stop, text } from '../support/model.js'
import { inShort, pipelineWith } from '../support/pipeline.js'
import { runEvents } from '../support/runtime.js'
import { ExchangeError } from '../../src/model/federated.js'

const env = { ROUND_ID: 'r1', MODEL_URI: 'm4' }
const learn = start('t', { env })
const commands = { s: learn, x: stop('t'), S: start('v', { name: 'second', env }) }

const messages = Object.fromEntries(
  Object.keys(commands).map((key) => [key, { subtopic: 'any', payload: bytes(key) }]),
)

const isKey = (key: string): key is keyof typeof commands => Object.hasOwn(commands, key)

const decoder: PipelineDeps['decoder'] = ({ payload }) => {
  const key = text(payload)
  return isKey(key) ? commands[key] : { type: 'rejected', subtopic: 'any', reason: key, task: undefined }
}

const federated: PipelineDeps['federated'] = {
  urls: { modelRegistry: 'http://registry', dataStore: undefined, coordinator: 'http://coordinator' },
  deadlineMs: 50,
  random: () => 0,
  get: () => of('{}'),
  post: () => of(true),
  read: () => of({ base64: 'e30=', numSamples: 7, metrics: {}, json: '{"a": 1.0}' }),
}

const resultOf = (id: string, update: string, samples: number, error: string | null) =>
  `control/proplet/results ${JSON.stringify({
    task_id: id,
    results: {
      task_id: id,
      round_id: 'r1',
      proplet_id: 'p1',
      num_samples: samples,
      update_b64: update,
      format: 'f32-delta',
      metrics: {},
    },
    error,
  })}`

const outputs = {
  e: resultOf('t', 'e30=', 7, null),
  f: resultOf('t', '', 1, 'unreachable'),
  m: resultOf(
    't',
    '',
    1,
    'MODEL_REGISTRY_URL is not set; expected it in the environment of the task or of the proplet',
  ),
  x: resultOf('t', '', 1, 'task stopped'),
  W: resultOf('v', '', 1, 'task refused: 2 tasks are running or waiting already'),
  n: resultOf('t', '', 1, 'task not started: the proplet is shutting down'),
  u: 'fl/rounds/r1/updates/p1 {"a":1}',
}

/** The publications about tasks. */
const told = (output$: Observable<PipelineOutput>): Observable<string> =>
  output$.pipe(
    filter(({ type }) => type === 'publish'),
    map(inShort),
  )

describe('pipeline: federated learning', () => {
  it(
    'prepares, runs and reports a task of a round, and publishes its result',
    marbles((m) => {
      const run = m.cold('  --(e|)', runEvents)
      const get = m.cold('  -(g|)', { g: '{}' })
      const post = m.cold(' ---(p|)')
      const { begin } = pipelineWith(m, {
        runs: { add: run },
        deps: { decoder, federated: { ...federated, get: () => get, post: () => post } },
      })
      const message$ = m.hot('s', messages)
      const subs = '          ^ 99ms !'
      m.expect(told(begin({ message$ })), subs).toBeObservable('------e', outputs)
      m.expect(get).toHaveSubscriptions(' ^!')
      m.expect(run).toHaveSubscriptions(' -^-!')
      m.expect(post).toHaveSubscriptions('---^--!')
    }),
  )

  it(
    'publishes the update before the result if the coordinator refuses it',
    marbles((m) => {
      const run = m.cold('  --(e|)', runEvents)
      const post = () => throwError(() => new ExchangeError('it answered with status 409', false))
      const { begin } = pipelineWith(m, {
        runs: { add: run },
        deps: { decoder, federated: { ...federated, post } },
      })
      const message$ = m.hot('s', messages)
      m.expect(told(begin({ message$ })), '^ 99ms !').toBeObservable('--(ue)', outputs)
    }),
  )

  it(
    'publishes both even during a shutdown, and waits for the coordinator until the deadline',
    marbles((m) => {
      const run = m.cold('  --(e|)', runEvents)
      const { begin } = pipelineWith(m, {
        runs: { add: run },
        settings: { shutdownMs: 30 },
        deps: { decoder, federated: { ...federated, post: () => NEVER } },
      })
      const message$ = m.hot('s', messages)
      const stop$ = m.hot('   ---s')
      m.expect(told(begin({ message$, stop$ })), '^ 99ms !').toBeObservable('33ms (ue|)', outputs)
    }),
  )

  it(
    'answers in the form of a round if a task fails, lacks a URL, is refused or is stopped',
    marbles((m) => {
      const trap = m.cold('  --(x|)', runEvents)
      const fails = pipelineWith(m, { runs: { add: trap }, deps: { decoder, federated } })
      const once$ = m.hot('  s', messages)
      m.expect(told(fails.begin({ message$: once$ })), '^ 99ms !').toBeObservable('--f', outputs)
      const urls = { ...federated.urls, modelRegistry: undefined }
      const lacks = pipelineWith(m, { deps: { decoder, federated: { ...federated, urls } } })
      m.expect(told(lacks.begin({ message$: once$ })), '^ 99ms !').toBeObservable('m', outputs)

      const silent = m.cold<string>('-')
      const waits = pipelineWith(m, {
        settings: { queueMax: 1 },
        deps: { decoder, federated: { ...federated, deadlineMs: 1000, get: () => silent } },
      })
      const message$ = m.hot('-s-x', messages)
      m.expect(told(waits.begin({ message$ })), '^ 99ms !').toBeObservable('---x', outputs)
      m.expect(silent).toHaveSubscriptions(['^ 29ms !', '-^-!'])
      const stop$ = m.hot('   30ms s')
      m.expect(told(waits.begin({ message$: m.hot('s', messages), stop$ })), '^ 99ms !').toBeObservable(
        '30ms (n|)',
        outputs,
      )
    }),
  )

  it(
    'answers a task for which there is no room in the same form',
    marbles((m) => {
      const { begin } = pipelineWith(m, {
        settings: { queueMax: 0 },
        deps: { decoder, federated: { ...federated, deadlineMs: 1000, get: () => NEVER } },
      })
      const message$ = m.hot('s-S', messages)
      m.expect(told(begin({ message$ })), '^ 99ms !').toBeObservable('--W', {
        W: outputs.W.replace('2 tasks', '1 tasks'),
      })
    }),
  )
})
