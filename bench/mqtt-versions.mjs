// @ts-check
import { startDaemon } from './support/daemon.mjs'
import { connectManager } from './support/manager.mjs'
import { ADD, ADD_RESULT } from './support/modules.mjs'
import { startMosquitto } from './support/mosquitto.mjs'
import { summary, timesRow } from './support/stats.mjs'

/** After this many tasks, V8 has compiled the hot paths. */
const WARM_UP = 200
const COUNT = 200
const ROUNDS = 3
/** Of more than 20 of QoS 2, mosquitto drops what a client of MQTT 3.1.1 publishes: it can only tell one of MQTT 5. */
const IN_FLIGHT = 15

export const title = 'MQTT 3.1.1 and 5: a warm task (`add`, inline, no hold), over mosquitto'

/** A broker, a proplet that speaks this version and a Manager. @param {string} version */
const startPair = async (version) => {
  const { directory, port, close } = await startMosquitto()
  const manager = await connectManager(port)
  const alive = manager.alive()
  const env = { PROPLET_MQTT_VERSION: version, PROPLET_WARM: '2' }
  const daemon = startDaemon(port, { cacheDir: directory, env })
  await alive
  return {
    version,
    one: () => manager.time(ADD, ADD_RESULT),
    close: async () => {
      await daemon.stop()
      await manager.close()
      await close()
    },
  }
}

/** @param {() => Promise<unknown>} one @param {number} count @returns {Promise<number>} tasks a second */
const throughput = async (one, count) => {
  let left = count
  const startedAt = performance.now()
  const work = async () => {
    while (left-- > 0) await one()
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, work))
  return (count * 1000) / (performance.now() - startedAt)
}

export const run = async () => {
  const pairs = [await startPair('3.1.1'), await startPair('5')]
  try {
    for (let n = 0; n < WARM_UP; n++) for (const { one } of pairs) await one()
    const times = new Map(pairs.map(({ version }) => [version, /** @type {number[]} */ ([])]))
    for (let n = 0; n < COUNT; n++)
      for (const { version, one } of pairs) times.get(version)?.push(await one())
    const rates = new Map(pairs.map(({ version }) => [version, /** @type {number[]} */ ([])]))
    for (let n = 0; n < ROUNDS; n++)
      for (const { version, one } of pairs) rates.get(version)?.push(await throughput(one, COUNT))
    return {
      rows: [
        ...pairs.map(({ version }) =>
          timesRow(`MQTT ${version}: start published to result received`, summary(times.get(version) ?? [])),
        ),
        ...pairs.map(({ version }) => ({
          what: `MQTT ${version}: tasks a second, ${IN_FLIGHT} in flight`,
          median: String(Math.round(summary(rates.get(version) ?? []).median)),
        })),
      ],
      notes: [
        `Each version has a broker, a proplet and a Manager (of 3.1.1) of its own; the two take turns, task by task and in ${ROUNDS} rounds of ${COUNT}.`,
      ],
    }
  } finally {
    for (const pair of pairs) await pair.close()
  }
}
