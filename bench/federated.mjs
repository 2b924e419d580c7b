// @ts-check
import { loopRows, LOOP_NOTE } from './support/loop.mjs'
import { fixture } from './support/modules.mjs'
import { startHelper } from './support/processes.mjs'
import { ms, summary, timesRow } from './support/stats.mjs'
import { withWorld } from './support/world.mjs'

const WARM_UP = 20
const COUNT = 100
const LARGE = 5
const LARGE_BYTES = 10_000_000

export const title = 'Federated learning: a task of a round, beside the same module without one'

const MODULE = { name: 'fl-round-1', file: fixture('train').toString('base64') }

/** The HTTP requests of a round's task: model and dataset concurrently, then the update. */
const bareHttp = async (/** @type {string} */ url) => {
  const times = []
  for (let i = 0; i < COUNT; i++) {
    const startedAt = performance.now()
    const got = await Promise.all(['models/0', 'datasets/p'].map((path) => fetch(`${url}/${path}`)))
    await Promise.all(got.map((answer) => answer.text()))
    const posted = await fetch(`${url}/update`, { method: 'POST', body: '{"update":{"w":[],"b":0}}' })
    await posted.text()
    times.push(performance.now() - startedAt)
  }
  return summary(times)
}

export const run = () =>
  withWorld(async ({ manager, daemon }) => {
    const servers = await startHelper('federated.mjs')
    try {
      /** @type {string} */
      const url = servers.ready
      const env = { MODEL_REGISTRY_URL: url, DATA_STORE_URL: url, MANAGER_COORDINATOR_URL: url }
      const proplet = await daemon({ probed: true, env })

      /** @param {object} variables */
      const once = async (variables) => {
        const id = manager.nextId()
        const answer = manager.result(id)
        const startedAt = performance.now()
        manager.publish('control/manager/start', { id, ...MODULE, env: variables })
        const { error, at } = await answer
        if (error !== null) throw new Error(`${id} failed: ${error}`)
        return at - startedAt
      }
      /** @param {object} variables */
      const several = async (variables) => {
        for (let i = 0; i < WARM_UP; i++) await once(variables)
        const times = []
        for (let i = 0; i < COUNT; i++) times.push(await once(variables))
        return summary(times)
      }
      const plain = await several({})
      const round = await several({ ROUND_ID: 'r', MODEL_URI: 'm0' })
      const bare = await bareHttp(url)
      const times = []
      const delays = []
      for (let i = 0; i < LARGE; i++) {
        await proplet.ask('watch')
        times.push(await once({ ROUND_ID: 'r', MODEL_URI: `m${LARGE_BYTES}` }))
        delays.push(await proplet.ask('delays'))
      }
      return {
        rows: [
          timesRow('the module alone', plain),
          timesRow('as a task of a round: model, dataset, update', round, {
            floor: `${ms(bare.median)} the same requests with fetch, on kept connections`,
          }),
          {
            what: 'added by the round',
            median: ms(round.median - plain.median),
            target: '< 20 ms',
            met: round.median - plain.median < 20,
          },
          timesRow('with a model of 10 MB of numbers', summary(times)),
          ...loopRows('model of 10 MB', delays),
        ],
        notes: [
          'From the published start to the received result, seen by a Manager; the servers are on the same machine.',
          LOOP_NOTE,
        ],
      }
    } finally {
      await servers.close()
    }
  })
