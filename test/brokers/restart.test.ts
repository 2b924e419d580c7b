import { MqttClient } from 'mqtt'
import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { DEMO_PREFIX } from '../../src/dev/daemon.js'
import { parseObject } from '../../src/dev/json.js'
import { startNats, startRabbitMq, type RestartedBroker } from '../support/brokers.js'
import { useDaemons } from '../support/daemon.js'
import { inline } from '../support/wire.js'

const { cleanup, proplet } = useDaemons()

const TIMEOUT_MS = 240_000
const TASKS = 30
/** The broker is killed when it has accepted this many starts. */
const KILL_AT = 10
const RESULTS = `${DEMO_PREFIX}/control/proplet/results`
const START = `${DEMO_PREFIX}/control/manager/start`
const GUEST = { username: 'guest', password: 'guest' }

/** A Manager whose session outlives the broker. */
const connectManager = async (port: number, credentials: Row['credentials']) => {
  const client = new MqttClient(() => connect({ host: '127.0.0.1', port, noDelay: true }), {
    protocolVersion: 4,
    clientId: 'manager',
    clean: false,
    reconnectPeriod: 200,
    ...credentials,
  })
  cleanup(() => client.endAsync(true))
  // The client reconnects.
  client.on('error', () => undefined)
  await new Promise<void>((resolve) => client.once('connect', () => resolve()))
  await client.subscribeAsync(RESULTS, { qos: 1 })
  return client
}

type Row = {
  readonly name: string
  readonly start: () => Promise<RestartedBroker>
  readonly credentials?: typeof GUEST
}

it.each<Row>([
  { name: 'NATS, with JetStream on disk,', start: startNats },
  { name: 'RabbitMQ', start: startRabbitMq, credentials: GUEST },
])(
  'issue 14.4: $name killed and restarted amid tasks: all are answered, and the proplet connects once more',
  { timeout: TIMEOUT_MS },
  async ({ start, credentials }: Row) => {
    const broker = await start()
    cleanup(broker.kill)
    const manager = await connectManager(broker.port, credentials)
    const answers = new Map<string, unknown[]>()
    const allAnswered = new Promise<void>((resolve) => {
      manager.on('message', (_topic, payload) => {
        const body = parseObject(payload)
        const id = String(body?.['task_id'])
        answers.set(id, [...(answers.get(id) ?? []), body?.['error'] ?? body?.['results']])
        if (answers.size === TASKS) resolve()
      })
    })
    const started =
      credentials === undefined
        ? proplet(broker.port)
        : proplet(broker.port, { PROPLET_CLIENT_KEY: credentials.password }, { id: credentials.username })
    await started.logged('Connected to the broker')
    let restarted = Promise.resolve()
    const ids = Array.from({ length: TASKS }, (_, n) => `t${n}`)
    for (const [n, id] of ids.entries()) {
      const command = JSON.stringify({ id, ...inline('add', 'add'), inputs: [10, 20] })
      const accepted = manager.publishAsync(START, command, { qos: 1 })
      if (n < KILL_AT) await accepted
      if (n === KILL_AT) restarted = broker.restart()
    }
    await restarted
    await allAnswered
    expect([...answers.keys()].sort()).toEqual([...ids].sort())
    expect(new Set([...answers.values()].flat())).toEqual(new Set(['30']))
    const connections = started.lines().filter(({ msg }) => msg === 'Connected to the broker')
    expect(connections).toHaveLength(2)
    expect(await started.stop()).toBe(0)
  },
)
