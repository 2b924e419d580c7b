import { from, lastValueFrom } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { startBroker } from '../../src/dev/broker.js'
import { hasHiveMq, startHiveMq } from '../support/hivemq.js'
import { startMosquitto } from '../support/mosquitto.js'
import { next, useMqtt } from '../support/mqtt-tests.js'

const RESULTS = 'control/proplet/results'
const MQTT5 = { sessionExpirySeconds: 1000, receiveMaximum: 20 }
const TIMEOUT_MS = 180_000
/** More than are released again. */
const SENT = 300

const { cleanup, proxy, open, peer } = useMqtt()

const results = (first: number) =>
  from(
    Array.from({ length: SENT }, (_, i) => ({
      subtopic: RESULTS,
      payload: { n: first + i },
      keep: 'all' as const,
    })),
  )

const aedes = async () => {
  const broker = await startBroker()
  return { port: broker.port, kill: broker.close }
}

const CASES = [
  { name: 'aedes', start: aedes, mqtt5: undefined, isMissing: false },
  { name: 'mosquitto', start: startMosquitto, mqtt5: undefined, isMissing: false },
  { name: 'mosquitto', start: startMosquitto, mqtt5: MQTT5, isMissing: false },
  { name: 'HiveMQ CE', start: startHiveMq, mqtt5: undefined, isMissing: !hasHiveMq() },
  { name: 'HiveMQ CE', start: startHiveMq, mqtt5: MQTT5, isMissing: !hasHiveMq() },
]

describe.each(CASES)('issue 14.3: $name', ({ start, mqtt5, isMissing }) => {
  it.skipIf(isMissing)(
    'only acknowledges a second release of what was completed: each result arrives once',
    { timeout: TIMEOUT_MS },
    async () => {
      const broker = await start()
      cleanup(broker.kill)
      const between = await proxy(broker.port)
      const manager = await peer(broker.port, [RESULTS])
      const got = next(manager, 2 * SENT)
      const { link, up, connections } = open(between.port, { mqtt5 })
      await up()
      await lastValueFrom(link.send(results(0)))
      between.cut()
      await up(2)
      expect(connections.at(-1)).toMatchObject({ sessionPresent: true })
      await lastValueFrom(link.send(results(SENT)))
      expect((await got).map((text) => Number(/"n":(\d+)/.exec(text)?.[1]))).toEqual(
        Array.from({ length: 2 * SENT }, (_, n) => n),
      )
      expect(connections).toHaveLength(3)
    },
  )
})
