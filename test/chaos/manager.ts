import { MqttClient } from 'mqtt'
import { connect } from 'node:net'
import { DEMO_PREFIX } from '../../src/dev/daemon.js'
import { parseObject, type JsonObject } from '../../src/dev/json.js'

export type ChaosManager = {
  /** Sends now, or when the broker is back. */
  readonly start: (command: JsonObject) => void
  readonly close: () => Promise<void>
}

const RECONNECT_MS = 50

/** A Manager whose session lasts as long as the broker's does. */
export const connectManager = async (
  port: number,
  onResult: (body: JsonObject) => void,
): Promise<ChaosManager> => {
  const client = new MqttClient(() => connect({ host: '127.0.0.1', port, noDelay: true }), {
    protocolVersion: 4,
    clientId: 'chaos-manager',
    clean: false,
    reconnectPeriod: RECONNECT_MS,
  })
  // the client reconnects
  client.on('error', () => undefined)
  client.on('message', (_topic, payload) => {
    const body = parseObject(payload)
    if (body !== undefined) onResult(body)
  })
  await new Promise<void>((resolve) => client.once('connect', () => resolve()))
  await client.subscribeAsync(`${DEMO_PREFIX}/control/proplet/results`, { qos: 2 })
  return {
    start: (command) =>
      void client.publish(
        `${DEMO_PREFIX}/control/manager/start`,
        JSON.stringify(command),
        { qos: 2 },
        () => undefined,
      ),
    close: () => client.endAsync(true),
  }
}
