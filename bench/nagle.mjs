// @ts-check
import { mqttEcho } from './support/floors.mjs'
import { startHelper } from './support/processes.mjs'
import { timesRow } from './support/stats.mjs'

export const title = "QoS 2 echo of two bare MQTT.js clients, and Nagle's algorithm"

export const run = async () => {
  const rows = []
  for (const nagle of [true, false]) {
    const broker = await startHelper('broker.mjs', nagle ? ['nagle'] : [])
    const times = await mqttEcho(broker.ready.port, { count: nagle ? 30 : 300, bytes: 150, nagle })
    await broker.close()
    rows.push(timesRow(nagle ? 'as MQTT.js and aedes come' : 'TCP_NODELAY on both sides', times))
  }
  return { rows, notes: [] }
}
