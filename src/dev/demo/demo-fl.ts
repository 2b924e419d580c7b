import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { filter, firstValueFrom, take, toArray } from 'rxjs'
import { columns } from '../../io/terminal/columns.js'
import { startBroker } from '../broker.js'
import { DEMO_PREFIX, daemonEnv, startDaemon } from '../daemon.js'
import { startCoordinator, type ReceivedUpdate } from '../federated/coordinator.js'
import { startDataStore } from '../federated/data-store.js'
import { startLearning, type Participant, type RoundReport } from '../federated/learning.js'
import { startModelRegistry } from '../federated/model-registry.js'
import { connectManager } from '../manager.js'

const ROUNDS = 5
/** Nothing listens there, so updates arrive on the channel. */
const AWAY = 'http://127.0.0.1:9'

const PARTICIPANTS: readonly Participant[] = [
  { propletId: 'proplet-a', samples: 120 },
  { propletId: 'proplet-b', samples: 60 },
  { propletId: 'proplet-c', samples: 30, env: { MANAGER_COORDINATOR_URL: AWAY } },
]

const cellOf = (updates: readonly ReceivedUpdate[], propletId: string): string => {
  const update = updates.find((each) => each.propletId === propletId)
  return update === undefined ? 'none' : `${update.loss.toFixed(4)} of ${update.numSamples}, ${update.via}`
}

const table = (reports: readonly RoundReport[]): string =>
  columns([
    ['round', ...PARTICIPANTS.map(({ propletId }) => propletId), 'model', 'loss after', 'time'],
    ...reports.map(({ round, updates, model: { w, b }, loss, ms }) => [
      String(round),
      ...PARTICIPANTS.map(({ propletId }) => cellOf(updates, propletId)),
      `w ${w.map((weight) => weight.toFixed(2)).join(' ')}, b ${b.toFixed(2)}`,
      loss.toFixed(4),
      `${ms.toFixed(0)} ms`,
    ]),
  ])

const WIDTH = 60

/** One bar per round. */
const plot = (losses: readonly number[]): string => {
  const most = Math.max(...losses)
  return columns(
    losses.map((loss, round) => [
      `  ${round}`,
      `${'█'.repeat(Math.max(1, Math.round((loss / most) * WIDTH)))} ${loss.toFixed(4)}`,
    ]),
  )
}

const demo = async (): Promise<boolean> => {
  const cache = await mkdtemp(join(tmpdir(), 'proplet-demo-'))
  const broker = await startBroker()
  const peer = { port: broker.port, prefix: DEMO_PREFIX }
  const [registry, store, coordinator, manager] = await Promise.all([
    startModelRegistry(),
    startDataStore(),
    startCoordinator(peer),
    connectManager(peer),
  ])
  const alive = firstValueFrom(
    manager.discoveries$.pipe(
      filter((each) => typeof each['proplet_id'] === 'string'),
      take(PARTICIPANTS.length),
      toArray(),
    ),
  )
  const daemons = PARTICIPANTS.map(({ propletId }) =>
    startDaemon({
      ...daemonEnv(broker.port, propletId),
      PROPLET_CACHE_DIR: join(cache, propletId),
      PROPLET_LOG_LEVEL: 'warn',
      MODEL_REGISTRY_URL: registry.url,
      DATA_STORE_URL: store.url,
      MANAGER_COORDINATOR_URL: coordinator.url,
    }),
  )
  try {
    await alive
    console.log(
      `Three proplets (pids ${daemons.map(({ process }) => process.pid ?? 0).join(', ')}), a model registry (${registry.url}), ` +
        `a data store (${store.url})\nand a coordinator (${coordinator.url}) learn y = 2 x1 - 3 x2 + 0.5 from samples that stay ` +
        'where they are.\nproplet-c cannot reach the coordinator, so its updates arrive over MQTT.\n',
    )
    const learning = await startLearning(PARTICIPANTS, { registry, store, coordinator, run: manager.run })
    const reports: RoundReport[] = []
    for (let round = 0; round < ROUNDS; round++) reports.push(await learning.round())
    const losses = [learning.loss, ...reports.map(({ loss }) => loss)]
    console.log(
      `${table(reports)}\nMean squared error of the model on all samples, by round:\n${plot(losses)}`,
    )
    const codes = await Promise.all(daemons.map((daemon) => daemon.stop()))
    const falls = losses.every((loss, i) => i === 0 || loss < (losses[i - 1] ?? 0))
    if (!falls) console.error('the loss did not fall in each round')
    const failed = reports.flatMap(({ results }) => results).filter(({ error }) => error !== undefined)
    for (const { taskId, error } of failed) console.error(`${taskId} failed: ${error ?? ''}`)
    return falls && failed.length === 0 && codes.every((code) => code === 0)
  } finally {
    for (const daemon of daemons) daemon.process.kill('SIGKILL')
    await Promise.all(daemons.map(({ exited }) => exited))
    await manager.close()
    await Promise.all([coordinator, store, registry].map((server) => server.close()))
    await broker.close()
    await rm(cache, { recursive: true, force: true })
  }
}

process.exitCode = (await demo()) ? 0 : 1
