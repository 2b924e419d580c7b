import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { filter, firstValueFrom, map, timeout } from 'rxjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEMO_PREFIX } from '../../src/dev/daemon.js'
import { startCoordinator, type Coordinator } from '../../src/dev/federated/coordinator.js'
import { startDataStore, type DataStore } from '../../src/dev/federated/data-store.js'
import { startLearning, type RoundReport } from '../../src/dev/federated/learning.js'
import { samplesOf } from '../../src/dev/federated/linear.js'
import { startModelRegistry, type ModelRegistry } from '../../src/dev/federated/model-registry.js'
import type { JsonObject } from '../../src/dev/json.js'
import { connectManager } from '../../src/dev/manager.js'
import { connectPeer, type Peer } from '../../src/dev/peer.js'
import { useDaemons } from '../support/daemon.js'
import { freePort } from '../support/free-port.js'
import { inline, type Wire } from '../support/wire.js'

const { cleanup, mosquitto, wire: wireTo, proplet } = useDaemons('all')

/** Milliseconds for three proplets to start at once on a busy machine. */
const BOOT_MS = 60_000

const train = inline('train', 'fl-round-x')

let port: number
let registry: ModelRegistry
let store: DataStore
let coordinator: Coordinator
let wire: Wire
let updates: Peer
/** Two proplets know all URLs, and one knows none. */
let knowing: ReturnType<typeof proplet>
let alsoKnowing: ReturnType<typeof proplet>
let ignorant: ReturnType<typeof proplet>

beforeAll(async () => {
  port = (await mosquitto()).port
  const peer = { port, prefix: DEMO_PREFIX }
  ;[registry, store, coordinator, updates] = await Promise.all([
    startModelRegistry(),
    startDataStore(),
    startCoordinator(peer),
    connectPeer(peer, ['fl/rounds/+/updates/+']),
  ])
  for (const { close } of [registry, store, coordinator, updates]) cleanup(close)
  wire = await wireTo(port)
  const urls = { MODEL_REGISTRY_URL: registry.url, DATA_STORE_URL: store.url }
  knowing = proplet(port, { ...urls, MANAGER_COORDINATOR_URL: coordinator.url })
  alsoKnowing = proplet(port, { ...urls, COORDINATOR_URL: coordinator.url })
  ignorant = proplet(port)
  await Promise.all(
    [knowing, alsoKnowing, ignorant].map(({ logged }) => logged('Published discovery message', 0, BOOT_MS)),
  )
}, BOOT_MS)
afterAll(async () => {
  const all = [knowing, alsoKnowing, ignorant]
  expect(await Promise.all(all.map((each) => each.stop()))).toStrictEqual([0, 0, 0])
  expect(all.map((each) => each.stderr())).toStrictEqual(['', '', ''])
})

let number = 0
/** A task of a new round, for one proplet. */
const roundTask = (env: Readonly<Record<string, string>> = {}, to = knowing) => {
  const id = `round-${number++}`
  return {
    id: `${id}-task`,
    ...train,
    proplet_id: to.id,
    env: { ROUND_ID: id, MODEL_URI: 'global_model_v0', HYPERPARAMS: '{"epochs":2,"lr":0.1}', ...env },
  }
}
type Task = ReturnType<typeof roundTask>

const envelope = ({ id, env, proplet_id }: Task, results: object = {}) => ({
  task_id: id,
  round_id: env.ROUND_ID,
  proplet_id,
  num_samples: 1,
  update_b64: '',
  format: 'f32-delta',
  metrics: {},
  ...results,
})

const failureOf = (task: Task, error: unknown) => ({ task_id: task.id, results: envelope(task), error })

const updateIn = (result: JsonObject): JsonObject => {
  const { update_b64 } = result['results'] as JsonObject
  return JSON.parse(Buffer.from(String(update_b64), 'base64').toString()) as JsonObject
}

const onChannel = (subtopic: string) =>
  firstValueFrom(
    updates.messages$.pipe(
      filter((message) => message.subtopic === subtopic),
      map(({ payload }) => payload.toString()),
      timeout({ first: 15_000 }),
    ),
  )

/** An HTTP server that never responds, and the requests it received. */
const silence = async () => {
  const asked: (string | undefined)[] = []
  const server = createServer(({ url }) => asked.push(url))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanup(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

describe('federated learning', () => {
  it('reduces the loss round by round: three proplets, five rounds', async () => {
    const manager = await connectManager({ port, prefix: DEMO_PREFIX })
    cleanup(() => manager.close())
    const participants = [
      { propletId: knowing.id, samples: 60 },
      { propletId: alsoKnowing.id, samples: 30 },
      {
        propletId: ignorant.id,
        samples: 20,
        env: {
          MODEL_REGISTRY_URL: registry.url,
          DATA_STORE_URL: store.url,
          MANAGER_COORDINATOR_URL: coordinator.url,
        },
      },
    ]
    const learning = await startLearning(participants, { registry, store, coordinator, run: manager.run })
    const reports: RoundReport[] = []
    for (let round = 0; round < 5; round++) reports.push(await learning.round())

    const losses = [learning.loss, ...reports.map(({ loss }) => loss)]
    for (const [i, loss] of losses.entries()) if (i > 0) expect(loss).toBeLessThan((losses[i - 1] ?? 0) * 0.8)
    for (const { updates: sent, results, round } of reports) {
      expect(sent.map(({ propletId, numSamples, via }) => [propletId, numSamples, via]).sort()).toStrictEqual(
        participants.map(({ propletId, samples }) => [propletId, samples, 'HTTP']).sort(),
      )
      expect(results.map(({ error }) => error)).toStrictEqual([undefined, undefined, undefined])
      expect(results[0]?.results).toMatchObject({
        task_id: `round-${round}-${knowing.id}`,
        round_id: `round-${round}`,
        proplet_id: knowing.id,
        num_samples: 60,
        format: 'f32-delta',
        metrics: { loss: expect.any(Number) as number },
      })
    }
  })

  it('sends the printed text unchanged over MQTT if the coordinator is away', async () => {
    const task = roundTask({ MANAGER_COORDINATOR_URL: `http://127.0.0.1:${await freePort()}` })
    const dotted = { ...task, env: { ...task.env, ROUND_ID: `${task.env.ROUND_ID}/1.0 #+` } }
    for (const each of [task, dotted]) {
      const level = each.env.ROUND_ID.replace('/1.0 #+', '%2F1%2E0%20%23%2B')
      const published = onChannel(`fl/rounds/${level}/updates/${knowing.id}`)
      const result = await wire.run(each)
      const { update_b64 } = result['results'] as JsonObject
      expect(Buffer.from(String(update_b64), 'base64').toString()).toBe(`${await published}\n`)
      expect(result).toMatchObject({ task_id: each.id, error: null })
      expect(updateIn(result)).toMatchObject({ round_id: each.env.ROUND_ID })
    }
  })

  it('sends the update over MQTT if the coordinator refuses it', async () => {
    const task = roundTask()
    const before = knowing.lines().length
    const published = onChannel(`fl/rounds/${task.env.ROUND_ID}/updates/${knowing.id}`)
    const result = await wire.run(task)
    expect(JSON.parse(await published)).toStrictEqual(updateIn(result))
    expect(await knowing.logged('the coordinator did not accept the update', before)).toMatchObject({
      level: 'warn',
      task: task.id,
      msg: expect.stringMatching(/\/update: it answered with status 409$/) as string,
    })
  })

  it('continues without what the data store and the registry do not provide', async () => {
    store.failWith(500)
    const task = roundTask({ MODEL_URI: 'global_model_v999' })
    const round = coordinator.round(task.env.ROUND_ID, 1)
    const before = knowing.lines().length
    const asked = store.asked(knowing.id)
    const result = await wire.run(task)
    expect(result).toMatchObject({
      results: envelope(task, {
        num_samples: 0,
        update_b64: expect.any(String) as string,
        metrics: { loss: 0, model_bytes: 0 },
      }),
      error: null,
    })
    expect(await round).toMatchObject([{ propletId: knowing.id, numSamples: 0, via: 'HTTP' }])
    expect(store.asked(knowing.id)).toBe(asked + 3)
    const without = 'could not be fetched; running the task without it'
    for (const [what, status] of [
      ['the dataset', 500],
      ['the model', 404],
    ])
      expect(await knowing.logged(`${what} ${without}`, before)).toMatchObject({
        level: 'warn',
        msg: expect.stringMatching(new RegExp(`status ${status}$`)) as string,
      })
    store.failWith(undefined)
  })

  it.each([
    ['the coordinator', {}, /^MANAGER_COORDINATOR_URL is not set/],
    ['the registry', { COORDINATOR_URL: 'http://127.0.0.1:9' }, /^MODEL_REGISTRY_URL is not set/],
    ['a good URL', { MANAGER_COORDINATOR_URL: 'coordinator' }, /^MANAGER_COORDINATOR_URL: expected a URL/],
  ])('answers with a failure that names the variable if it lacks %s', async (_, env, error) => {
    const task = roundTask(env, ignorant)
    expect(await wire.run(task)).toStrictEqual(failureOf(task, expect.stringMatching(error)))
  })

  it('answers in the same form when a task fails, is refused, or ends otherwise', async () => {
    const trap = { ...roundTask(), ...inline('hostile', 'trap') }
    expect(await wire.run(trap)).toStrictEqual(failureOf(trap, expect.stringMatching(/unreachable/)))
    const broken = { ...roundTask({ FL_FORMAT: 'json', FL_NUM_SAMPLES: '12' }), file: 'AAAA' }
    expect(await wire.run(broken)).toStrictEqual({
      task_id: broken.id,
      results: envelope(broken, { format: 'json', num_samples: 12 }),
      error: expect.stringMatching(/WebAssembly/) as string,
    })
    const prints = { ...roundTask(), ...inline('exit', '_start') }
    const before = knowing.lines().length
    expect(await wire.run(prints)).toStrictEqual({
      task_id: prints.id,
      results: envelope(prints, { update_b64: Buffer.from('to stdout\n').toString('base64') }),
      error: null,
    })
    await knowing.logged('stdout is not one JSON object', before)
  })

  it('ends at a stop during a fetch, and during a report', async () => {
    const [hole, abyss] = [await silence(), await silence()]
    const fetching = roundTask({ MODEL_REGISTRY_URL: hole.url })
    await wire.start(fetching)
    await expect.poll(() => hole.asked).toStrictEqual(['/models/0'])
    await wire.stop(fetching.id)
    expect(await wire.result(fetching.id)).toStrictEqual(failureOf(fetching, 'task stopped'))
    const reporting = roundTask({ COORDINATOR_URL: abyss.url })
    await wire.start(reporting)
    await expect.poll(() => abyss.asked, { timeout: 10_000 }).toStrictEqual(['/update'])
    await wire.stop(reporting.id)
    expect(await wire.result(reporting.id)).toStrictEqual(failureOf(reporting, 'task stopped'))
  })

  it('accepts a model of 10 MB', async () => {
    const padding = 'é"\\'.repeat(2_000_000)
    const version = registry.add({ w: [0, 0], b: 0, padding })
    const task = roundTask({ MODEL_URI: `fl/models/global_model_v${version}` })
    const round = coordinator.round(task.env.ROUND_ID, 1)
    const model_bytes = Buffer.byteLength(JSON.stringify({ w: [0, 0], b: 0, padding }))
    expect(model_bytes).toBeGreaterThan(10_000_000)
    store.put(knowing.id, { data: samplesOf(1, 10) })
    expect(await wire.run(task)).toMatchObject({
      results: { num_samples: 10, metrics: { model_bytes } },
      error: null,
    })
    expect(await round).toMatchObject([{ numSamples: 10 }])
  })

  it('runs as invocations of a latent task, each of a round of its own', async () => {
    const { env, ...task } = roundTask()
    await wire.start({ ...task, latent: true })
    const round = coordinator.round(env.ROUND_ID, 1)
    await wire.invoke({ id: task.id, invocation_id: 'one', proplet_id: knowing.id, env })
    const result = await wire.invoked(task.id, 'one')
    expect(result).toMatchObject({
      task_id: task.id,
      invocation_id: 'one',
      proplet_id: knowing.id,
      error: null,
    })
    expect(JSON.parse(String(result['results']))).toMatchObject({
      round_id: env.ROUND_ID,
      proplet_id: knowing.id,
    })
    expect(await round).toMatchObject([{ propletId: knowing.id }])
    await wire.stop(task.id, { proplet_id: knowing.id })
  })

  it('shows no credentials', async () => {
    const secret = (url: string) => url.replace('//', '//user:hunter2@')
    const task = roundTask({
      MODEL_REGISTRY_URL: `${secret(registry.url)}?key=hunter2`,
      COORDINATOR_URL: secret(`http://127.0.0.1:${await freePort()}`),
    })
    expect(JSON.stringify(await wire.run(task))).not.toContain('hunter2')
    expect(knowing.log()).toContain('Fetched for the task')
    expect(knowing.log()).not.toContain('hunter2')
  })
})
