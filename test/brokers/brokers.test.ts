import { describe, expect, it } from 'vitest'
import { DEMO_PREFIX } from '../../src/dev/daemon.js'
import { startNats, startRabbitMq, type OtherBroker } from '../support/brokers.js'
import { useDaemons } from '../support/daemon.js'
import { freePort } from '../support/free-port.js'
import { hasHiveMq, startHiveMq } from '../support/hivemq.js'
import { startMosquitto } from '../support/mosquitto.js'
import { startTcpProxy } from '../support/tcp-proxy.js'
import { connectWire, inline } from '../support/wire.js'

const { cleanup, proplet } = useDaemons()

type Row = {
  readonly name: string
  readonly start: () => Promise<OtherBroker>
  /** The highest QoS that the Manager can use; the proplet steps down to it from 2. */
  readonly qos: 1 | 2
  /** Not installed on this machine; `scripts/test-peers.mjs` prints which. */
  readonly isMissing?: boolean
  /** The error of a connection with MQTT 5; undefined if the broker speaks it. */
  readonly refusal?: RegExp
  readonly credentials?: { readonly username: string; readonly password: string }
}

const limited = () => startMosquitto({ config: ['allow_anonymous true', 'max_qos 1'] })

const BROKERS: readonly Row[] = [
  { name: 'mosquitto', start: () => startMosquitto(), qos: 2 },
  { name: 'mosquitto with max_qos 1', start: limited, qos: 1 },
  {
    name: 'NATS',
    start: startNats,
    qos: 1,
    refusal: /^the broker refused .*: set PROPLET_MQTT_VERSION=3\.1\.1$/,
  },
  {
    name: 'RabbitMQ',
    start: startRabbitMq,
    qos: 1,
    refusal: /^closed by the broker before .* set PROPLET_MQTT_VERSION=3\.1\.1$/,
    credentials: { username: 'guest', password: 'guest' },
  },
  { name: 'HiveMQ CE', start: startHiveMq, qos: 2, isMissing: !hasHiveMq() },
]
const TIMEOUT_MS = 180_000

const add = (id: string) => ({ id, ...inline('add', 'add'), inputs: [10, 20] })

const within = (row: Row) => (row.refusal === undefined ? (['3.1.1', '5'] as const) : (['3.1.1'] as const))
const CASES = BROKERS.flatMap((row) => within(row).map((version) => ({ ...row, version })))

describe.each(CASES)('issue 14.4: with $name, MQTT $version', (row) => {
  const { start, qos, credentials, version, isMissing = false } = row
  it.skipIf(isMissing)(
    `the default configuration links once and stays, publishes with QoS ${qos}, and answers commands, also those of while it was away`,
    { timeout: TIMEOUT_MS },
    async () => {
      const broker = await start()
      cleanup(broker.kill)
      const between = await startTcpProxy(broker.port)
      cleanup(between.close)
      const wire = await connectWire({ port: broker.port, prefix: DEMO_PREFIX, qos, ...credentials })
      cleanup(wire.close)
      const ops = await freePort()
      const env = {
        PROPLET_LIVELINESS_INTERVAL: '1s',
        PROPLET_METRICS_ENABLED: 'true',
        PROPLET_METRICS_PORT: String(ops),
        ...(version === '5' && { PROPLET_MQTT_VERSION: version }),
        ...(credentials && { PROPLET_CLIENT_KEY: credentials.password }),
      }
      const id = credentials?.username
      const started = proplet(between.port, env, id === undefined ? {} : { id })
      await wire.beats(1)
      for (let n = 0; n < 10; n++)
        expect(await wire.run(add(`t${n}`))).toMatchObject({ results: '30', error: null })
      await wire.beats(wire.alive().length + 3)
      expect(between.connections()).toBe(1)
      expect(wire.on('control/proplet/create')).toHaveLength(1)

      const ready = (await (await fetch(`http://127.0.0.1:${ops}/readyz`)).json()) as { notes?: string[] }
      const warnings = started.lines().filter(({ msg }) => msg.includes('lower QoS'))
      expect(warnings).toHaveLength(qos === 2 ? 0 : 1)
      expect(ready.notes ?? []).toEqual(
        qos === 2 ? [] : ['the broker accepts QoS 1 instead of 2: results are published with QoS 1'],
      )

      between.setOpen(false)
      between.cut()
      await wire.until(() => wire.alive('offline').length > 0)
      await wire.start(add('meanwhile'))
      between.setOpen(true)
      expect(await wire.result('meanwhile')).toMatchObject({ results: '30' })
      expect(wire.resultsOf('meanwhile')).toHaveLength(1)
      expect(await started.stop()).toBe(0)
      expect(wire.alive('offline').length).toBeGreaterThan(1)
    },
  )
})

describe.each(BROKERS.filter(({ refusal }) => refusal !== undefined))(
  'issue 14.4: with $name, which speaks MQTT 3.1.1 only',
  ({ start, credentials, refusal = /^$/ }) => {
    it(
      'the proplet reports that MQTT 5 is refused, and which setting to change',
      { timeout: TIMEOUT_MS },
      async () => {
        const broker = await start()
        cleanup(broker.kill)
        const env = {
          PROPLET_MQTT_VERSION: '5',
          ...(credentials && { PROPLET_CLIENT_KEY: credentials.password }),
        }
        const id = credentials?.username
        const started = proplet(broker.port, env, id === undefined ? {} : { id })
        const { reason } = await started.logged('Not connected to the broker')
        expect(reason).toMatch(refusal)
      },
    )
  },
)
