// @ts-check
import { bareFetch } from './support/bare-fetch.mjs'
import { ADD_RESULT } from './support/modules.mjs'
import { startHelper } from './support/processes.mjs'
import { ms, summary, timesRow } from './support/stats.mjs'
import { withWorld } from './support/world.mjs'

const COUNT = 100
const BYTES = 30_000
const CHUNK_BYTES = 10_000

export const title = 'A task of a small image, fetched each time: 30 KB in three chunks'

const image = (/** @type {number} */ seed) => `bench/${BYTES}/${seed}`

export const run = () =>
  withWorld(async ({ port, manager, daemon }) => {
    const registry = await startHelper('registry.mjs', [port, CHUNK_BYTES])
    await daemon()
    /** @param {(i: number) => number} seedOf */
    const time = async (seedOf) => {
      const times = []
      for (let i = 0; i < COUNT + 10; i++)
        times.push(
          await manager.time({ name: 'add', image_url: image(seedOf(i)), inputs: [10, 20] }, ADD_RESULT),
        )
      return summary(times.slice(10))
    }
    const same = await time(() => 0)
    const other = await time((i) => 1 + i)
    const floor = await bareFetch(
      port,
      Array.from({ length: COUNT }, (_, i) => image(1000 + i)),
    )
    await registry.close()
    const rest = { floor: `${ms(floor.median)} a bare client that receives the same bytes` }
    return {
      rows: [
        timesRow('the same image each time, start to result', same, rest),
        timesRow('a different binary each time, start to result', other, rest),
      ],
      notes: ['A different binary is compiled, and written to the cache with an `fsync`.'],
    }
  })
