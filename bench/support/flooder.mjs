// @ts-check
// Separate process: publishes starts as fast as the broker accepts them: PORT TOPIC COUNT QOS; by QoS 2, of which mosquitto takes only
// so many at a time, as many as it takes. It is ready when its parent receives
// `ready`, starts at any message, and reports when all are acknowledged.
import { once } from 'node:events'
import { connect } from 'node:net'
import process from 'node:process'
import { generate } from 'mqtt-packet'
import { ADD } from './modules.mjs'

/** All that the broker sends here are packets of four bytes: CONNACK, PUBACK, PUBREC and PUBCOMP. */
const PACKET_BYTES = 4
const [CONNACK, PUBACK, PUBREC, PUBREL, PUBCOMP] = [0x20, 0x40, 0x50, 0x62, 0x70]

const [port, topic = '', count, qos = '1'] = process.argv.slice(2)
/** `max_inflight_messages` of mosquitto: it disconnects who sends more by QoS 2. */
const WINDOW = qos === '2' ? 20 : Infinity
const packets = Array.from({ length: Number(count) }, (_, i) =>
  generate({
    cmd: 'publish',
    topic,
    payload: JSON.stringify({ id: `flood ${i}`, ...ADD }),
    qos: qos === '2' ? 2 : 1,
    messageId: 1 + (i % 65_535),
    dup: false,
    retain: false,
  }),
)
const socket = connect({ host: '127.0.0.1', port: Number(port), noDelay: true })
let acknowledged = 0
let sent = 0
let hasBegun = false
const send = () => {
  const due = packets.slice(sent, Math.min(packets.length, acknowledged + WINDOW))
  sent += due.length
  if (due.length > 0) socket.write(Buffer.concat(due))
}
let rest = Buffer.alloc(0)
socket.on('data', (bytes) => {
  const received = Buffer.concat([rest, bytes])
  const end = received.length - (received.length % PACKET_BYTES)
  const releases = []
  for (let at = 0; at < end; at += PACKET_BYTES) {
    const type = received[at]
    if (type === CONNACK) process.send?.('ready')
    else if (type === PUBACK || type === PUBCOMP) acknowledged += 1
    else if (type === PUBREC) releases.push(PUBREL, 2, received.readUInt8(at + 2), received.readUInt8(at + 3))
  }
  rest = received.subarray(end)
  if (releases.length > 0) socket.write(Buffer.from(releases))
  if (hasBegun) send()
  if (acknowledged === packets.length) process.send?.('acknowledged')
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
hasBegun = true
send()
await once(process, 'disconnect')
socket.destroy()
