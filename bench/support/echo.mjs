// @ts-check
// Separate process: answers each message on one topic with a message on another, with MQTT.js alone.
import { DEMO_PREFIX } from '../../dist/dev/daemon.js'
import { connectClient } from './client.mjs'

const [port, delay] = process.argv.slice(2)
const client = await connectClient(Number(port), { noDelay: delay !== 'nagle' })
client.on('message', (_topic, payload) => client.publish(`${DEMO_PREFIX}/bench/answer`, payload, { qos: 2 }))
await client.subscribeAsync(`${DEMO_PREFIX}/bench/ask`, { qos: 2 })
process.send?.('ready')
