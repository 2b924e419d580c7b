// @ts-check
import { DEMO_PREFIX } from '../../dist/dev/daemon.js'
import { connectClient } from './client.mjs'
import { summary } from './stats.mjs'

/**
 * Requests an image as the proplet does, and only receives the chunks; milliseconds from the request to the last chunk.
 * @param {number} port
 * @param {readonly string[]} images
 */
export const bareFetch = async (port, images) => {
  const client = await connectClient(port)
  await client.subscribeAsync(`${DEMO_PREFIX}/registry/server`, { qos: 2 })
  const times = []
  for (const image of images) {
    const startedAt = performance.now()
    await new Promise((resolve) => {
      let count = 0
      const take = (/** @type {string} */ _topic, /** @type {Buffer} */ payload) => {
        count += 1
        if (count < totalOf(payload)) return
        client.off('message', take)
        resolve(undefined)
      }
      client.on('message', take)
      client.publish(`${DEMO_PREFIX}/registry/proplet`, JSON.stringify({ app_name: image }), { qos: 2 })
    })
    times.push(performance.now() - startedAt)
  }
  await client.endAsync(true)
  return summary(times)
}

/** @param {Buffer} payload */
const totalOf = (payload) => Number(/"total_chunks":(\d+)/.exec(payload.toString('latin1', 0, 300))?.[1])
