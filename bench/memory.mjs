// @ts-check
import { copyFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closedLoop } from './support/load.mjs'
import { guestsMemory, memoryOf } from './support/processes.mjs'
import { mb } from './support/stats.mjs'
import { withWorld } from './support/world.mjs'

const IDLE_MS = 5000
const AT_ONCE = 20
const STAGES = [1000, 5000, 10_000]
const IDLE_MAX = 130e6
/** Largest growth over 9,000 tasks, in bytes: less than 1 KB each. */
const GROWTH_MAX = 8e6

export const title = 'Memory'

const sum = (/** @type {readonly number[]} */ values) => values.reduce((total, value) => total + value, 0)

/** Uses a copy of the Node.js executable, so that the proplet shares its pages with no other process. */
const idle = async () => {
  const node = join(tmpdir(), `proplet-bench-node-${process.pid}`)
  await copyFile(process.execPath, node)
  try {
    return await withWorld(async ({ daemon }) => {
      const { pid } = await daemon({ node })
      await new Promise((resolve) => setTimeout(resolve, IDLE_MS))
      return { daemon: memoryOf(pid), guests: guestsMemory(pid) }
    })
  } finally {
    await rm(node, { force: true })
  }
}

const tenThousand = () =>
  withWorld(async ({ manager, daemon }) => {
    const proplet = await daemon({ probed: true })
    const stages = []
    let done = 0
    for (const until of STAGES) {
      await closedLoop(manager, { atOnce: AT_ONCE, count: until - done })
      done = until
      const guests = guestsMemory(proplet.pid).map(({ own }) => own)
      stages.push({ ...(await proplet.ask('memory')), guests: sum(guests), count: guests.length })
    }
    return stages
  })

export const run = async () => {
  const { daemon, guests } = await idle()
  const pss = daemon.pss + sum(guests.map((guest) => guest.pss))
  const stages = await tenThousand()
  const growth = (stages.at(-1)?.heapUsed ?? NaN) - (stages[0]?.heapUsed ?? NaN)
  const rss = (stages.at(-1)?.rss ?? NaN) - (stages[0]?.rss ?? NaN)
  return {
    rows: [
      {
        what: 'idle, daemon and two warm guests: proportional set size',
        median: mb(pss),
        target: `< ${mb(IDLE_MAX)}`,
        met: pss < IDLE_MAX,
        floor: `${mb(daemon.pss)} daemon, ${guests.map((guest) => mb(guest.pss)).join(' and ')} guests`,
      },
      ...stages.map(({ rss, heapUsed, external, guests, count }, i) => ({
        what: `after ${STAGES[i]} tasks: resident size of the daemon`,
        median: mb(rss),
        floor: `heap ${mb(heapUsed)}, external ${mb(external)}; ${count} guests, ${mb(guests)} of their own`,
      })),
      {
        what: `growth from ${STAGES[0]} to ${STAGES.at(-1)} tasks: heap of the daemon, after a collection`,
        median: mb(growth),
        target: `< ${mb(GROWTH_MAX)}`,
        met: growth < GROWTH_MAX,
        floor: `resident size ${mb(rss)}`,
      },
    ],
    notes: [
      'The idle proplet runs from a copy of the Node executable, so no other Node process shares its pages and lowers the figure.',
    ],
  }
}
