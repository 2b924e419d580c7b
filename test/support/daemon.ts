import { randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect } from 'vitest'
import { startBroker } from '../../src/dev/broker.js'
import { DEMO_PREFIX, daemonEnv, startDaemon, type Daemon, type DaemonOptions } from '../../src/dev/daemon.js'
import { startRegistry, type Registry, type RegistryOptions } from '../../src/dev/registry.js'
import { useCleanup } from './cleanup.js'
import { startMosquitto, type Mosquitto, type MosquittoOptions } from './mosquitto.js'
import { startTcpProxy, type TcpProxy } from './tcp-proxy.js'
import { connectWire, type Wire } from './wire.js'

export const BROKERS = ['embedded', 'mosquitto'] as const
export type BrokerKind = (typeof BROKERS)[number]

type Env = Readonly<Record<string, string>>

type Proplet = Daemon & {
  readonly id: string
  readonly cache: string
  readonly temporary: string
  readonly state: string
}

type PropletOptions = DaemonOptions & {
  readonly args?: readonly string[]
  readonly id?: string
  /** The state directory of an earlier proplet. */
  readonly state?: string
}

/** A proplet and a Manager's view of its channel. */
export type Site = { readonly port: number; readonly wire: Wire; readonly proplet: Proplet }

/** For quick tests: no hold, no metrics, one warm child; everything is logged. */
const QUICK: Env = {
  PROPLET_LOG_LEVEL: 'debug',
  PROPLET_RESULT_HOLD_MS: '0',
  PROPLET_METRICS_INTERVAL: '0',
  PROPLET_WARM: '1',
}

/** Starts what tests of the daemon need; all of it is stopped after the test, or with `all` after the last one. */
export const useDaemons = (until: 'each' | 'all' = 'each') => {
  const cleanup = useCleanup(until === 'each' ? afterEach : afterAll)

  const directory = (): string => {
    const path = mkdtempSync(join(tmpdir(), 'proplet-daemon-'))
    cleanup(() => rmSync(path, { recursive: true, force: true }))
    return path
  }
  const mosquitto = async (options: MosquittoOptions = {}): Promise<Mosquitto> => {
    const broker = await startMosquitto(options)
    cleanup(() => broker.kill())
    return broker
  }
  const broker = async (kind: BrokerKind): Promise<number> => {
    if (kind === 'mosquitto') return (await mosquitto()).port
    const { port, close } = await startBroker()
    cleanup(close)
    return port
  }
  const wire = async (port: number): Promise<Wire> => {
    const connected = await connectWire({ port, prefix: DEMO_PREFIX })
    cleanup(() => connected.close())
    return connected
  }
  const proxy = async (port: number): Promise<TcpProxy> => {
    const started = await startTcpProxy(port)
    cleanup(() => started.close())
    return started
  }
  const registry = async (
    port: number,
    options: Pick<RegistryOptions, 'images' | 'chunkSize' | 'onRequest' | 'onFailure'>,
  ): Promise<Registry> => {
    const started = await startRegistry({ port, prefix: DEMO_PREFIX, ...options })
    cleanup(() => started.close())
    return started
  }
  const proplet = (
    port: number,
    env: Env = {},
    { args = [], id, state, ...options }: PropletOptions = {},
  ) => {
    const own = {
      id: id ?? `proplet-${randomUUID()}`,
      cache: directory(),
      temporary: directory(),
      state: state ?? directory(),
    }
    const given = {
      ...daemonEnv(port, own.id),
      ...QUICK,
      PROPLET_CACHE_DIR: own.cache,
      PROPLET_STATE_DIR: own.state,
      TMPDIR: own.temporary,
      ...env,
    }
    const daemon = startDaemon(given, args, { stderr: 'pipe', ...options })
    cleanup(async () => {
      daemon.process.kill('SIGKILL')
      await daemon.exited
    })
    return { ...daemon, ...own }
  }
  /** A broker, a proplet connected to it, and the Manager's view of them. */
  const site = async (kind: BrokerKind, env: Env = {}): Promise<Site> => {
    const port = await broker(kind)
    const connected = await wire(port)
    const started = proplet(port, env)
    await connected.beats(1)
    return { port, wire: connected, proplet: started }
  }
  return { cleanup, directory, mosquitto, broker, wire, proxy, registry, proplet, site }
}

/** The children of a process. */
export const childrenOf = (pid: number | undefined): readonly number[] =>
  readdirSync(`/proc/${pid ?? 0}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid ?? 0}/task/${thread}/children`, 'utf8')
      .split(' ')
      .filter((child) => child !== '')
      .map(Number),
  )

const isAlive = (pid: number): boolean => {
  try {
    // in a container without an init process, an orphan remains as a zombie
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** Waits until all of these processes have ended. */
export const gone = (pids: readonly number[]): Promise<void> =>
  expect.poll(() => pids.filter(isAlive), { timeout: 10_000 }).toStrictEqual([])
