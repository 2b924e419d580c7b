// @ts-check
// Separate process, the floor of bench/flood.mjs: a bare MQTT.js client that answers each start with a refusal of QoS 2, twenty in
// flight, and does nothing else: PORT PREFIX.
import process from 'node:process'
import { connectAsync } from 'mqtt'

const INFLIGHT = 20

const [port, prefix] = process.argv.slice(2)
const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
  clientId: 'echo',
  clean: true,
  protocolVersion: 4,
})
/** @type {string[]} */
const due = []
let inFlight = 0
const pump = () => {
  while (inFlight < INFLIGHT && due.length > 0) {
    inFlight += 1
    const payload = JSON.stringify({
      task_id: due.shift(),
      proplet_id: 'echo',
      results: '',
      error: 'task refused: echo',
    })
    client.publish(`${prefix}/control/proplet/results`, payload, { qos: 2 }, () => {
      inFlight -= 1
      pump()
    })
  }
}
client.on('message', (_topic, payload) => {
  due.push(JSON.parse(payload.toString()).id)
  pump()
})
await client.subscribeAsync(`${prefix}/control/manager/start`, { qos: 2 })
process.send?.('ready')
process.on('message', () => process.send?.(process.cpuUsage()))
process.on('disconnect', () => process.exit())
