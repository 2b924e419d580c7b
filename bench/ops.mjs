// @ts-check
import { createServer } from 'node:http'
import { closedLoop } from './support/load.mjs'
import { guestsMemory, memoryOf, processorMs } from './support/processes.mjs'
import { mb, summary, timesRow } from './support/stats.mjs'
import { withWorld } from './support/world.mjs'
import { freePort } from './support/free-port.mjs'

const AT_ONCE = 20
const WARM_UP = 500
const COUNT = 3000
const SCRAPES = 50
const IDLE_MAX = 130e6

export const title = 'Metrics and traces'

/** A collector that accepts everything. @param {(url: string) => Promise<void>} use */
const withCollector = async (use) => {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end('{}'))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  const address = server.address()
  try {
    await use(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`)
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

const sum = (/** @type {readonly number[]} */ values) => values.reduce((total, value) => total + value, 0)

/** @param {number} port */
const scrapeTimes = async (port) => {
  const times = []
  for (let i = 0; i < SCRAPES; i++) {
    const startedAt = performance.now()
    await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    times.push(performance.now() - startedAt)
  }
  return times
}

/**
 * Idle memory, processor time per task, and the times of scrapes if there is a port.
 * @param {Record<string, string>} env
 * @param {number} [port]
 */
const measure = (env, port) =>
  withWorld(async ({ manager, daemon }) => {
    const { pid } = await daemon({ env })
    const idle = memoryOf(pid).pss + sum(guestsMemory(pid).map(({ pss }) => pss))
    await closedLoop(manager, { atOnce: AT_ONCE, count: WARM_UP })
    const before = processorMs(pid)
    await closedLoop(manager, { atOnce: AT_ONCE, count: COUNT })
    const perTask = (processorMs(pid) - before) / COUNT
    return { idle, perTask, scrapes: port === undefined ? [] : await scrapeTimes(port) }
  })

export const run = async () => {
  const bare = await measure({})
  const port = await freePort()
  const metrics = { PROPLET_METRICS_ENABLED: 'true', PROPLET_METRICS_PORT: String(port) }
  const scraped = await measure(metrics, port)
  let traced = bare
  await withCollector(async (url) => {
    traced = await measure({ PROPLET_OTEL_URL: url })
  })
  const added = (/** @type {typeof bare} */ { perTask }) =>
    `${((perTask - bare.perTask) * 1000).toFixed(0)} µs`
  return {
    rows: [
      {
        what: 'processor time of the daemon that metrics add to a task',
        median: added(scraped),
        floor: `${bare.perTask.toFixed(2)} ms without`,
      },
      {
        what: 'processor time that traces add to a task, every one of them traced',
        median: added(traced),
        floor: `${bare.perTask.toFixed(2)} ms without`,
      },
      timesRow('a scrape', summary(scraped.scrapes)),
      {
        what: 'idle with metrics, daemon and two warm guests: proportional set size',
        median: mb(scraped.idle),
        target: `< ${mb(IDLE_MAX)}`,
        met: scraped.idle < IDLE_MAX,
        floor: `${mb(bare.idle)} without, ${mb(traced.idle)} with traces`,
      },
    ],
    notes: [`Over ${COUNT} tasks, ${AT_ONCE} in flight.`],
  }
}
