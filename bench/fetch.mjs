// @ts-check
import { bareFetch } from './support/bare-fetch.mjs'
import { ADD_RESULT } from './support/modules.mjs'
import { LOOP_NOTE, loopRows } from './support/loop.mjs'
import { startHelper, starvedMs } from './support/processes.mjs'
import { ms, summary, timesRow } from './support/stats.mjs'
import { withWorld } from './support/world.mjs'

const COUNT = 10
const BYTES = 10_000_000
const CHUNK_BYTES = 512_000

export const title = 'Fetch of a binary of 10 MB, in chunks of 512000 bytes'

const image = (/** @type {number} */ seed) => `bench/${BYTES}/${seed}`

export const run = () =>
  withWorld(async ({ port, manager, daemon }) => {
    const registry = await startHelper('registry.mjs', [port, CHUNK_BYTES])
    const proplet = await daemon({ probed: true })
    const times = []
    const delays = []
    const starvedBefore = starvedMs(proplet.pid)
    for (let i = 0; i < COUNT; i++) {
      await proplet.ask('watch')
      times.push(await manager.time({ name: 'add', image_url: image(i), inputs: [10, 20] }, ADD_RESULT))
      delays.push(await proplet.ask('delays'))
    }
    const starved = starvedMs(proplet.pid) - starvedBefore
    await proplet.stop()
    const floor = await bareFetch(
      port,
      Array.from({ length: COUNT }, (_, i) => image(1000 + i)),
    )
    await registry.close()
    return {
      rows: [
        timesRow('start to result', summary(times), {
          floor: `${ms(floor.median)} a bare client that receives the same bytes`,
        }),
        ...loopRows('each fetch', delays),
      ],
      notes: [LOOP_NOTE, `The daemon's main thread waited ${ms(starved / COUNT)} per fetch for a processor.`],
    }
  })
