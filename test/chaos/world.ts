import { mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { filter, firstValueFrom, map, of, startWith, timeout } from 'rxjs'
import { DEMO_PREFIX, daemonEnv, startDaemon, type Daemon } from '../../src/dev/daemon.js'
import { startRegistry } from '../../src/dev/registry.js'
import { coreFixture } from '../support/fixtures.js'
import { startChaosBroker, type BrokerKind, type ChaosBroker } from './brokers.js'
import { createLedger, type Ledger } from './ledger.js'
import { startLink, type Fate, type Link, type Watcher } from './link.js'
import { connectManager, type ChaosManager } from './manager.js'

export const PROPLET_ID = 'chaos-proplet'

/** Small chunks, so that a fetch takes many messages. */
const CHUNK_BYTES = 8

/** Settings for a quick proplet. */
const QUICK = {
  PROPLET_LOG_LEVEL: 'debug',
  PROPLET_RESULT_HOLD_MS: '0',
  PROPLET_METRICS_INTERVAL: '0',
  PROPLET_ENABLE_MONITORING: 'false',
  PROPLET_WARM: '1',
  PROPLET_MQTT_KEEP_ALIVE: '1s',
  PROPLET_MQTT_TIMEOUT: '5s',
  PROPLET_TASK_TIMEOUT: '1s',
  PROPLET_FETCH_RETRY: '500ms',
}

export type World = {
  readonly kind: BrokerKind
  readonly broker: ChaosBroker
  readonly link: Link
  readonly manager: ChaosManager
  readonly ledger: Ledger
  /** Waits until a condition about the ledger holds; false after the time limit. */
  readonly until: (holds: () => boolean, withinMs: number) => Promise<boolean>
  /** Calls this for each packet from now on, and does what it returns. */
  readonly watch: (watcher: Watcher | undefined) => void
  readonly daemon: () => Daemon
  /** Kills the proplet with SIGKILL. */
  readonly kill: () => void
  /** Starts it again, with its files, after a kill or a clean stop. */
  readonly restart: () => Promise<void>
  /**
   * How often each task that leaves a mark has run, by task ID; guests record it themselves, so that no kill affects
   * it.
   */
  readonly marks: () => Promise<ReadonlyMap<string, number>>
  /** Stops it cleanly. */
  readonly stop: () => Promise<void>
  readonly close: () => Promise<void>
}

/** A broker, a faulty network, a Manager, a registry, and a proplet in its own process. */
export const startWorld = async (kind: BrokerKind): Promise<World> => {
  const directory = await mkdtemp(join(tmpdir(), 'proplet-chaos-'))
  const broker = await startChaosBroker(kind)
  const ledger = createLedger()
  let watcher: Watcher | undefined
  const link = await startLink(broker.port, (direction, packet): Fate => {
    ledger.see(direction, packet)
    return watcher?.(direction, packet) ?? 'pass'
  })
  const manager = await connectManager(broker.port, ledger.answered)
  const registry = await startRegistry({
    port: broker.port,
    prefix: DEMO_PREFIX,
    chunkSize: CHUNK_BYTES,
    images: () => Promise.resolve(coreFixture('add')),
  })
  const marks = join(directory, 'marks')
  await mkdir(marks)
  const env = {
    ...daemonEnv(link.port, PROPLET_ID),
    ...QUICK,
    TMPDIR: directory,
    PROPLET_CACHE_DIR: join(directory, 'cache'),
    PROPLET_STATE_DIR: join(directory, 'state'),
    PROPLET_DIRS: marks,
  }
  const start = async (): Promise<Daemon> => {
    const started = startDaemon(env, [], { stderr: 'pipe' })
    await started.logged('Connected to the broker', 0, 30_000)
    return started
  }
  let daemon = await start()
  const stop = async () => {
    daemon.process.kill('SIGTERM')
    await daemon.exited
  }
  return {
    kind,
    broker,
    link,
    manager,
    ledger,
    until: (holds, withinMs) =>
      firstValueFrom(
        ledger.changes$.pipe(
          startWith(undefined),
          filter(holds),
          map(() => true),
          timeout({ first: withinMs, with: () => of(false) }),
        ),
      ),
    watch: (next) => (watcher = next),
    daemon: () => daemon,
    kill: () => void daemon.process.kill('SIGKILL'),
    restart: async () => {
      await daemon.exited
      daemon = await start()
    },
    marks: async () => {
      const names = await readdir(marks)
      const counts = names.map(async (name) => [name, (await readFile(join(marks, name))).length] as const)
      return new Map(await Promise.all(counts))
    },
    stop,
    close: async () => {
      await stop()
      await manager.close()
      await registry.close()
      await link.close()
      await broker.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
