import { MqttClient } from 'mqtt'
import { connect } from 'node:net'
import type { Random } from '../support/random.js'
import { BROKERS, type BrokerKind } from './brokers.js'
import { KILL_POINTS, type KillPoint } from './kill-points.js'
import { FAIR } from './link.js'
import { PROPLET_ID, type World } from './world.js'

/** A fault that occurs while tasks run. */
export type Fault = {
  readonly name: string
  /** Called before the tasks are sent. */
  readonly prepare?: (world: World, random: Random) => void
  /** Called while tasks run. */
  readonly strike?: (world: World, random: Random) => Promise<void>
  /** Repairs what `strike` broke; called after it has ended. */
  readonly heal?: (world: World) => Promise<void> | void
  /** The proplet restarts, so tasks may be answered as interrupted. */
  readonly restarts?: true
  /** Brokers that lose what they have acknowledged, so that a result can only be delivered at least once. */
  readonly forgets?: readonly BrokerKind[]
}

const KILL_WITHIN_MS = 5000
const DELAY_MS = 200
const BYTES_PER_SECOND = 20_000

const restartedBroker = (keeping: boolean): Required<Pick<Fault, 'strike' | 'heal'>> => ({
  strike: ({ broker }) => broker.kill(),
  heal: ({ broker }) => broker.start(keeping),
})

/** Connects with the proplet's client ID, takes over its session, and disconnects. */
const intruder = async ({ broker }: World, clean: boolean): Promise<void> => {
  const client = new MqttClient(() => connect({ host: '127.0.0.1', port: broker.port }), {
    protocolVersion: 4,
    clientId: PROPLET_ID,
    clean,
    reconnectPeriod: 0,
  })
  client.on('error', () => undefined)
  await new Promise<void>((resolve) => {
    client.once('connect', () => resolve())
    client.once('close', () => resolve())
  })
  await client.endAsync(true)
}

/** Kills the proplet at this moment, or after a while if the moment does not come. */
const killAt = async (world: World, { at, logged }: KillPoint): Promise<void> => {
  const from = world.daemon().lines().length
  if (logged !== undefined) {
    await world
      .daemon()
      .logged(logged, from, KILL_WITHIN_MS)
      .catch(() => undefined)
    world.kill()
    return
  }
  await new Promise<void>((resolve) => {
    const kill = () => {
      clearTimeout(timer)
      world.watch(undefined)
      world.kill()
      resolve()
    }
    const timer = setTimeout(kill, KILL_WITHIN_MS)
    world.watch((direction, packet) => {
      const fate = at(direction, packet)
      if (fate !== undefined) kill()
      return fate ?? 'pass'
    })
  })
}

const killed = (point: KillPoint): Fault => ({
  name: `killed ${point.name}`,
  restarts: true,
  strike: (world) => killAt(world, point),
  heal: (world) => world.restart(),
})

export const FAULTS: readonly Fault[] = [
  { name: 'none' },
  {
    name: 'broker killed and restarted, its sessions kept',
    // what it had not saved yet
    forgets: ['mosquitto'],
    ...restartedBroker(true),
  },
  { name: 'broker killed and restarted, its sessions gone', forgets: BROKERS, ...restartedBroker(false) },
  {
    name: 'link cut',
    strike: ({ link }) => {
      link.cut()
      return Promise.resolve()
    },
  },
  {
    name: 'link cut, and closed until all tasks are sent',
    prepare: ({ link }) => link.setWeather({ closed: true }),
    strike: ({ link }) => {
      link.cut()
      return Promise.resolve()
    },
    heal: ({ link }) => link.setWeather(FAIR),
  },
  {
    name: 'link delayed by 200 ms each way',
    prepare: ({ link }) => link.setWeather({ delayMs: DELAY_MS }),
    heal: ({ link }) => link.setWeather(FAIR),
  },
  {
    name: 'link throttled to 20 kB/s, and cut',
    prepare: ({ link }) => link.setWeather({ bytesPerSecond: BYTES_PER_SECOND }),
    strike: ({ link }) => {
      link.cut()
      return Promise.resolve()
    },
    heal: ({ link }) => link.setWeather(FAIR),
  },
  {
    name: 'half-open connection',
    strike: ({ link }) => {
      link.freeze()
      return Promise.resolve()
    },
  },
  {
    name: 'session taken over by another client of the same id',
    forgets: BROKERS,
    strike: (world, random) => intruder(world, random.once(2)),
  },
  {
    name: 'subscriptions refused',
    prepare: ({ link }) => link.setWeather({ refusesSubscriptions: true }),
    strike: ({ link, watch }) =>
      new Promise((resolve) => {
        watch((direction, { cmd }) => {
          if (direction === 'down' && cmd === 'suback') resolve()
          return 'pass'
        })
        link.cut()
      }),
    heal: ({ link, watch }) => {
      watch(undefined)
      link.setWeather(FAIR)
    },
  },
  ...KILL_POINTS.map(killed),
]
