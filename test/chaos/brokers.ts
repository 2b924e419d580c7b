import { Aedes } from 'aedes'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startBroker, type Broker } from '../../src/dev/broker.js'
import { freePort } from '../support/free-port.js'
import { startMosquitto, type Mosquitto } from '../support/mosquitto.js'

export const BROKERS = ['embedded', 'mosquitto'] as const
export type BrokerKind = (typeof BROKERS)[number]

/** A broker that can be killed and started again on the same port. */
export type ChaosBroker = {
  readonly port: number
  readonly kill: () => Promise<void>
  /** With `keeping`, it has the sessions that it had saved; otherwise none. */
  readonly start: (keeping: boolean) => Promise<void>
  readonly close: () => Promise<void>
}

/** An empty session store, as a broker creates it. */
const emptyStore = async (): Promise<unknown> => {
  const broker = await Aedes.createBroker()
  const { persistence } = broker as { readonly persistence?: unknown }
  await new Promise<void>((resolve) => broker.close(resolve))
  return persistence
}

const embedded = async (): Promise<ChaosBroker> => {
  const port = await freePort()
  let persistence = await emptyStore()
  let broker: Broker | undefined
  const kill = async () => {
    await broker?.close()
    broker = undefined
  }
  const start = async (keeping: boolean) => {
    if (!keeping) persistence = await emptyStore()
    broker = await startBroker({ port, aedes: { persistence } })
  }
  await start(true)
  return { port, kill, start, close: kill }
}

/** Thousands of tasks may be queued for an offline proplet. */
const QUEUES = ['allow_anonymous true', 'max_queued_messages 0', 'max_inflight_messages 20']

const mosquitto = async (): Promise<ChaosBroker> => {
  const port = await freePort()
  const directory = await mkdtemp(join(tmpdir(), 'proplet-chaos-'))
  let broker: Mosquitto | undefined
  const kill = async () => {
    await broker?.kill()
    broker = undefined
  }
  const start = async (keeping: boolean) => {
    if (!keeping) await rm(join(directory, 'mosquitto.db'), { force: true })
    broker = await startMosquitto({ port, persistence: directory, config: QUEUES, isQuiet: true })
  }
  await start(true)
  const close = async () => {
    await kill()
    await rm(directory, { recursive: true, force: true })
  }
  return { port, kill, start, close }
}

export const startChaosBroker = (kind: BrokerKind): Promise<ChaosBroker> =>
  kind === 'embedded' ? embedded() : mosquitto()
