// @ts-check
// Separate process: publishes starts with QoS 1 as fast as the broker accepts them: PORT TOPIC COUNT. It is ready when its
// parent receives `ready`, starts at any message, and reports when all are acknowledged.
import { once } from 'node:events'
import { connect } from 'node:net'
import process from 'node:process'
import { generate } from 'mqtt-packet'
import { ADD } from './modules.mjs'

const PUBACK_BYTES = 4
const CONNACK_BYTES = 4

const [port, topic = '', count] = process.argv.slice(2)
const packets = Buffer.concat(
  Array.from({ length: Number(count) }, (_, i) =>
    generate({
      cmd: 'publish',
      topic,
      payload: JSON.stringify({ id: `flood ${i}`, ...ADD }),
      qos: 1,
      messageId: 1 + (i % 65_535),
      dup: false,
      retain: false,
    }),
  ),
)
const socket = connect({ host: '127.0.0.1', port: Number(port), noDelay: true })
let acknowledged = -CONNACK_BYTES / PUBACK_BYTES
socket.on('data', (bytes) => {
  acknowledged += bytes.length / PUBACK_BYTES
  if (acknowledged === 0) process.send?.('ready')
  if (acknowledged === Number(count)) process.send?.('acknowledged')
})
socket.write(
  generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId: 'flooder',
    keepalive: 0,
  }),
)
await once(process, 'message')
socket.write(packets)
await once(process, 'disconnect')
socket.destroy()
