// @ts-check
import { startDockerRegistry } from './support/docker-registry.mjs'
import { LOOP_NOTE, loopRows } from './support/loop.mjs'
import { ADD_RESULT, paddedAdd } from './support/modules.mjs'
import { startHelper } from './support/processes.mjs'
import { ms, summary, timesRow } from './support/stats.mjs'
import { withWorld } from './support/world.mjs'

const COUNT = 10
const BYTES = 10_000_000

export const title = 'Download of a binary of 10 MB, by the proplet itself'

/** @param {(index: number) => Promise<unknown>} job */
const timesOf = async (job) => {
  const times = []
  for (let i = 0; i < COUNT; i++) {
    const startedAt = performance.now()
    await job(i)
    times.push(performance.now() - startedAt)
  }
  return summary(times)
}

export const run = () =>
  withWorld(async ({ manager, daemon }) => {
    const web = await startHelper('web.mjs')
    const registry = await startDockerRegistry()
    try {
      for (let i = 0; i < COUNT; i++) await registry.push(`v${i}`, paddedAdd(BYTES, 1000 + i))
      const proplet = await daemon({
        probed: true,
        env: { PROPLET_REGISTRY: 'direct', PROPLET_FETCH_PRIVATE: 'true' },
      })
      /** @param {(index: number) => string} image */
      const pulled = async (image) => {
        const times = []
        const delays = []
        for (let i = 0; i < COUNT; i++) {
          await proplet.ask('watch')
          times.push(await manager.time({ name: 'add', image_url: image(i), inputs: [10, 20] }, ADD_RESULT))
          delays.push(await proplet.ask('delays'))
        }
        return { times: summary(times), delays }
      }
      const url = (/** @type {number} */ seed) => `http://127.0.0.1:${web.ready.port}/${BYTES}/${seed}`
      const http = await pulled(url)
      const again = await pulled(() => registry.image('v0'))
      const oci = await pulled((i) => registry.image(`v${i}`))
      await proplet.stop()
      const bareHttp = await timesOf(async (i) => (await fetch(url(100 + i))).arrayBuffer())
      const bareOci = await timesOf((i) => registry.pull(`v${i}`))
      return {
        rows: [
          timesRow('a URL, start to result', http.times, { floor: `${ms(bareHttp.median)} plain undici` }),
          timesRow('an image of docker-registry, start to result', oci.times, {
            floor: `${ms(bareOci.median)} plain undici: manifest and blob`,
          }),
          timesRow('the same image again: a manifest, and the cache', again.times),
          ...loopRows('each download', [...http.delays, ...oci.delays]),
        ],
        notes: [
          'What the proplet does beyond plain undici: it hashes, writes the file to the cache and syncs it, and runs the task in a child, which reads and checks it again.',
          LOOP_NOTE,
        ],
      }
    } finally {
      await registry.close()
      await web.close()
    }
  })
