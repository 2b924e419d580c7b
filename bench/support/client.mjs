// @ts-check
import { MqttClient } from 'mqtt'
import { connect } from 'node:net'

/**
 * A bare MQTT.js client, connected.
 * @param {number} port
 * @param {{noDelay?: boolean}} [options]
 */
export const connectClient = async (port, { noDelay = true } = {}) => {
  const client = new MqttClient(() => connect({ host: '127.0.0.1', port, noDelay }), {
    protocolVersion: 4,
    reconnectPeriod: 0,
  })
  await new Promise((resolve, reject) => {
    client.once('connect', resolve)
    client.once('error', reject)
  })
  return client
}
