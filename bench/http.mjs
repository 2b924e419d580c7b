// @ts-check
import { once } from 'node:events'
import { guestsMemory, startHelper } from './support/processes.mjs'
import { mb, summary, timesRow } from './support/stats.mjs'
import { withWorld } from './support/world.mjs'

const CONNECTIONS = [1, 10, 100]
const WARM_MS = 1500
const MS = 4000
const PORT = 18_900
const CHUNK_BYTES = 512_000

/** Requests per second of the C component with ten connections. */
const TARGET = 1500
const TARGET_CONNECTIONS = 10

export const title = 'HTTP servers, a fresh instance for each request'

const SERVERS = [
  { what: 'the C component', name: 'http-plain' },
  { what: 'the JavaScript component', name: 'page' },
]

/** @param {Awaited<ReturnType<typeof startHelper>>} client @param {number} port @param {number} connections */
const load = async (client, port, connections) => {
  const answer = once(client.child, 'message')
  client.child.send({ port, path: '/', connections, warmMs: WARM_MS, ms: MS })
  /** @type {{times: number[], seconds: number, failures: number}} */
  const { times, seconds, failures } = (await answer)[0]
  if (failures > 0) throw new Error(`${failures} requests failed with ${connections} connections`)
  return { rate: times.length / seconds, times: summary(times) }
}

/**
 * Measures a server with each number of connections.
 * @param {string} what
 * @param {Awaited<ReturnType<typeof startHelper>>} client
 * @param {number} port
 * @param {number} [target] requests a second
 */
const rowsOf = async (what, client, port, target) => {
  const rows = []
  for (const connections of CONNECTIONS) {
    const { rate, times } = await load(client, port, connections)
    const of = `${what}, ${connections} connection${connections === 1 ? '' : 's'}`
    const aimed =
      target !== undefined && connections === TARGET_CONNECTIONS
        ? { target: `${target}`, met: rate >= target }
        : {}
    rows.push(
      { what: `${of}: requests a second`, median: rate.toFixed(0), ...aimed },
      timesRow(`${of}: request to the end of the response`, times),
    )
  }
  return rows
}

/** @param {import('./support/world.mjs').World} world @param {Awaited<ReturnType<typeof startHelper>>} client */
const componentRows = async ({ manager, daemon }, client) => {
  const proplet = await daemon({
    env: { PROPLET_HTTP_ENABLED: 'true', PROPLET_HTTP_PROXY_PORT: String(PORT) },
  })
  const rows = []
  for (const { what, name } of SERVERS) {
    const id = manager.nextId()
    const started = manager.result(id)
    manager.publish('control/manager/start', { id, name: 'serve', image_url: `bench/component/${name}/0` })
    const { results, error } = await started
    const port = Number(/^started at port (\d+)$/.exec(String(results))?.[1])
    if (Number.isNaN(port)) throw new Error(`${name} does not serve: ${JSON.stringify(error ?? results)}`)
    rows.push(...(await rowsOf(what, client, port, name === 'http-plain' ? TARGET : undefined)))
    const guests = guestsMemory(proplet.pid).map(({ own }) => mb(own))
    rows.push({ what: `${what}: memory of the guests, their own`, median: guests.join(', ') })
    manager.publish('control/manager/stop', { id })
  }
  return rows
}

export const run = () =>
  withWorld(async (world) => {
    const client = await startHelper('http-load.mjs')
    const registry = await startHelper('registry.mjs', [world.port, CHUNK_BYTES])
    const floor = await startHelper('bare-http.mjs')
    const bare = await rowsOf('node:http, the same answer as the C component', client, floor.ready)
    await floor.close()
    const rows = await componentRows(world, client)
    await registry.close()
    await client.close()
    return {
      rows: [...rows, ...bare],
      notes: [
        `Each for ${MS / 1000} s after ${WARM_MS / 1000} s that do not count. The client is a process of its own on bare sockets, kept alive, one request at a time on each; it shares the processors with the server.`,
      ],
    }
  })
