import { NEVER, of, type Observable } from 'rxjs'
import type { Context } from 'rxjs-marbles'
import { describe, expect, it } from 'vitest'
import {
  prepare,
  withPropletId,
  type Preparation,
  type PrepareDeps,
} from '../../../../src/streams/tasks/federated/prepare.js'
import { marbles } from '../../../support/marbles.js'
import { start } from '../../../support/model.js'
import { ExchangeError, type Endpoint } from '../../../../src/model/federated.js'

const urls = {
  modelRegistry: 'http://registry',
  dataStore: 'http://store',
  coordinator: 'http://coordinator',
}
const NONE = { modelRegistry: undefined, dataStore: undefined, coordinator: undefined }

const round = { ROUND_ID: 'r1', MODEL_URI: 'fl/models/global_model_v4', PROPLET_ID: 'p1' }

type Get = (shown: string) => Observable<string>

const stage = (m: Context, get: Get, deps: Partial<PrepareDeps> = {}) =>
  prepare({
    propletId: 'p1',
    urls,
    deadlineMs: 1000,
    random: () => 0,
    clock: m.scheduler,
    get: ({ shown }: Endpoint) => get(shown),
    ...deps,
  })

const prepared = (env: Record<string, string>): Preparation => ({
  type: 'prepared',
  start: start('t', { env }),
})
const provided = (variable: string, from: string, length: number): Preparation => ({
  type: 'provided',
  variable,
  from,
  length,
})
const warning = (message: string): Preparation => ({ type: 'warning', message })

const MODEL = 'http://registry/models/4'
const DATASET = 'http://store/datasets/p1'

describe('prepare', () => {
  it(
    "fetches model and dataset of a round's task concurrently, and adds them to its environment",
    marbles((m) => {
      const model = m.cold('  ---(m|)', { m: '{"w":[]}' })
      const dataset = m.cold('-(d|)', { d: '{"data":[]}' })
      const { prepare } = stage(m, (url) => (url === MODEL ? model : url === DATASET ? dataset : NEVER))
      const env = { ...round, MODEL_DATA: '{"w":[]}', DATASET_DATA: '{"data":[]}' }
      m.expect(prepare(start('t', { env: round }))).toBeObservable('---(dmp|)', {
        d: provided('DATASET_DATA', DATASET, 11),
        m: provided('MODEL_DATA', MODEL, 8),
        p: prepared(env),
      })
      m.expect(model).toHaveSubscriptions('  ^--!')
      m.expect(dataset).toHaveSubscriptions('^!')
    }),
  )

  it(
    'continues without what cannot be fetched, with a warning',
    marbles((m) => {
      const failed = new ExchangeError('it answered with status 500', false)
      const model = m.cold('  --(m|)', { m: '{}' })
      const dataset = m.cold('-#', {}, failed)
      const { prepare } = stage(m, (url) => (url === MODEL ? model : dataset))
      m.expect(prepare(start('t', { env: round }))).toBeObservable('--(wmp|)', {
        w: warning(
          `the dataset could not be fetched; running the task without it: ${DATASET}: it answered with status 500`,
        ),
        m: provided('MODEL_DATA', MODEL, 2),
        p: prepared({ ...round, MODEL_DATA: '{}' }),
      })
    }),
  )

  it(
    'continues without what does not arrive in time',
    marbles((m) => {
      const silent = m.cold('-')
      const { prepare } = stage(m, () => silent, { urls: { ...urls, dataStore: undefined } })
      m.expect(prepare(start('t', { env: round }))).toBeObservable('1s (wp|)', {
        w: warning(
          `the model could not be fetched; running the task without it: ${MODEL}: no answer within 1 s`,
        ),
        p: prepared(round),
      })
      m.expect(silent).toHaveSubscriptions('^ 999ms !')
    }),
  )

  it(
    'stops fetching on unsubscription',
    marbles((m) => {
      const silent = m.cold('-')
      const { prepare } = stage(m, () => silent)
      m.expect(prepare(start('t', { env: round })), '^--!').toBeObservable('-')
      m.expect(silent).toHaveSubscriptions(['^--!', '^--!'])
    }),
  )

  it(
    'makes a task outside rounds wait only for what it names',
    marbles((m) => {
      const get = (url: string) => of(`"${url}"`)
      const run = (env: Record<string, string>) => stage(m, get).prepare(start('t', { env }))
      m.expect(run({ PROPLET_ID: 'p1' })).toBeObservable('(p|)', { p: prepared({ PROPLET_ID: 'p1' }) })
      const named = { PROPLET_ID: 'other', DATA_STORE_URL: 'http://own' }
      m.expect(run(named)).toBeObservable('(dp|)', {
        d: provided('DATASET_DATA', 'http://own/datasets/other', 27),
        p: prepared({ ...named, DATASET_DATA: '"http://own/datasets/other"' }),
      })
      const model = { PROPLET_ID: 'p1', MODEL_URI: 'm2' }
      m.expect(run(model)).toBeObservable('(mp|)', {
        m: provided('MODEL_DATA', 'http://registry/models/2', 26),
        p: prepared({ ...model, MODEL_DATA: '"http://registry/models/2"' }),
      })
    }),
  )

  it(
    'needs no data store',
    marbles((m) => {
      const { prepare } = stage(m, () => NEVER, { urls: { ...NONE, coordinator: 'http://c' } })
      const env = { ROUND_ID: 'r1', PROPLET_ID: 'p1' }
      m.expect(prepare(start('t', { env }))).toBeObservable('(p|)', { p: prepared(env) })
    }),
  )

  it(
    'treats an invalid data store URL, or an ID that cannot be part of one, as a failed fetch',
    marbles((m) => {
      const { prepare } = stage(m, () => of('1'))
      const without = 'the dataset could not be fetched; running the task without it: '
      const env = { PROPLET_ID: 'p1', DATA_STORE_URL: 'store' }
      m.expect(prepare(start('t', { env }))).toBeObservable('(wp|)', {
        w: warning(`${without}DATA_STORE_URL: expected a URL that starts with http:// or https://`),
        p: prepared(env),
      })
      const parent = { PROPLET_ID: '..', DATA_STORE_URL: 'http://store' }
      m.expect(prepare(start('t', { env: parent }))).toBeObservable('(wp|)', {
        w: warning(`${without}expected a name that can be part of a URL, found ".."`),
        p: prepared(parent),
      })
    }),
  )

  it.each([
    [{ ...NONE, modelRegistry: 'http://r' }, round, /^MANAGER_COORDINATOR_URL is not set/],
    [{ ...NONE, coordinator: 'http://c' }, round, /^MODEL_REGISTRY_URL is not set/],
    [NONE, { MODEL_URI: 'm1' }, /^MODEL_REGISTRY_URL is not set/],
    [urls, { ...round, COORDINATOR_URL: 'c' }, /^COORDINATOR_URL: expected a URL/],
    [urls, { ...round, MODEL_REGISTRY_URL: 'r' }, /^MODEL_REGISTRY_URL: expected a URL/],
    [urls, { ...round, ROUND_ID: 'r'.repeat(257) }, /^ROUND_ID: expected at most 256 characters/],
    [urls, { ...round, ROUND_ID: 'a\nb' }, /^ROUND_ID: expected .* without control characters/],
  ])('is an error that names what is missing: %j, %j', (known, env, message) => {
    let found: unknown
    prepare({ propletId: 'p1', urls: known, deadlineMs: 1, random: () => 0, clock: never, get: () => NEVER })
      .prepare(start('t', { env }))
      .subscribe({ error: (error: unknown) => (found = error) })
    expect(found).toBeInstanceOf(Error)
    expect(found).toMatchObject({ name: 'EndpointError', message: expect.stringMatching(message) as string })
  })

  it('recognises the tasks that need preparation', () => {
    const { isNeeded } = prepare({
      propletId: 'p1',
      urls,
      deadlineMs: 1,
      random: () => 0,
      clock: never,
      get: () => NEVER,
    })
    const needed = (env: Record<string, string>) => isNeeded(start('t', { env }))
    expect(
      [{}, { PROPLET_ID: 'p1' }, { ROUND_ID: '' }, { COORDINATOR_URL: 'http://c' }].map(needed),
    ).toStrictEqual([false, false, false, false])
    expect([{ ROUND_ID: 'r' }, { MODEL_URI: 'm' }, { DATA_STORE_URL: 'http://s' }].map(needed)).toStrictEqual(
      [true, true, true],
    )
  })
})

const never = {
  now: () => 0,
  schedule: () => {
    throw new Error('nothing is to be timed')
  },
}

it("adds the proplet's ID to an environment without one", () => {
  const envOf = (env: Record<string, string>) => withPropletId(start('t', { env }), 'p1').env
  expect(envOf({ A: 'b' })).toStrictEqual({ A: 'b', PROPLET_ID: 'p1' })
  expect(envOf({ PROPLET_ID: '' })).toStrictEqual({ PROPLET_ID: 'p1' })
  expect(envOf({ PROPLET_ID: 'other' })).toStrictEqual({ PROPLET_ID: 'other' })
})
