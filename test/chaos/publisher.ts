import { MqttClient } from 'mqtt'
import { connect } from 'node:net'
import { DEMO_PREFIX } from '../../src/dev/daemon.js'
import { parseObject, type JsonObject } from '../../src/dev/json.js'
import { CompletedIds } from '../../src/io/mqtt/completed-ids.js'
import { releasesOf } from '../../src/io/mqtt/release-again.js'

const RECONNECT_MS = 50
/** Mosquitto 2.0.11 acknowledges, and then drops, publications of QoS 2 beyond its `max_inflight_messages`, here 20. */
const MAX_UNACKNOWLEDGED = 10

/** A client with its own session that always reconnects. */
export const connectForever = async (port: number, clientId: string): Promise<MqttClient> => {
  const client = new MqttClient(() => connect({ host: '127.0.0.1', port, noDelay: true }), {
    protocolVersion: 4,
    clientId,
    clean: false,
    reconnectPeriod: RECONNECT_MS,
  })
  // the client reconnects
  client.on('error', () => undefined)
  await new Promise<void>((resolve) => client.once('connect', () => resolve()))
  return client
}

/** Only sends starts, so that a fault of its connection does not affect the client that counts results. */
export const connectPublisher = async (port: number) => {
  const client = await connectForever(port, 'kills-publisher')
  const completed = new CompletedIds()
  // as the proplet does: mosquitto has 20 slots, and after each crash counts some that were given back
  client.on('packetreceive', (packet) => {
    if (packet.cmd === 'pubcomp') completed.add(packet.messageId ?? 0)
    if (packet.cmd === 'connack' && packet.sessionPresent) client.stream.write(releasesOf(completed.take()))
  })
  const waiting: string[] = []
  let unacknowledged = 0
  const sendMore = () => {
    while (unacknowledged < MAX_UNACKNOWLEDGED) {
      const payload = waiting.shift()
      if (payload === undefined) return
      unacknowledged++
      client.publish(`${DEMO_PREFIX}/control/manager/start`, payload, { qos: 2 }, () => {
        unacknowledged--
        sendMore()
      })
    }
  }
  return {
    /** Sends once the broker has accepted earlier starts, or when it is back. */
    start: (command: JsonObject): void => {
      waiting.push(JSON.stringify(command))
      sendMore()
    },
    close: () => client.endAsync(true),
  }
}

/** Only receives results. */
export const connectObserver = async (port: number, onResult: (body: JsonObject) => void) => {
  const client = await connectForever(port, 'kills-observer')
  client.on('message', (_topic, payload) => {
    const body = parseObject(payload)
    if (body !== undefined) onResult(body)
  })
  await client.subscribeAsync(`${DEMO_PREFIX}/control/proplet/results`, { qos: 2 })
  return { close: () => client.endAsync(true) }
}
