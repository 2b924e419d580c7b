// @ts-check
import { closedLoop, openLoop } from './support/load.mjs'
import { LOOP_NOTE, loopRows } from './support/loop.mjs'
import { processorMs, starvedMs } from './support/processes.mjs'
import { summary, timesRow } from './support/stats.mjs'
import { withWorld } from './support/world.mjs'

const PER_SECOND = 500
const SECONDS = 20
const AT_ONCE = 50
const COUNT = 10_000

export const title = 'Throughput (`add`, inline, no hold)'

export const run = () =>
  withWorld(async ({ manager, daemon }) => {
    const proplet = await daemon({ probed: true })
    await closedLoop(manager, { atOnce: AT_ONCE, count: 1000 })

    /** @param {() => Promise<import('./support/load.mjs').Load>} load */
    const measured = async (load) => {
      await proplet.ask('watch')
      const before = { processor: processorMs(proplet.pid), starved: starvedMs(proplet.pid) }
      const done = await load()
      return {
        ...done,
        rate: done.times.length / done.seconds,
        latency: summary(done.times),
        delays: await proplet.ask('delays'),
        processor: (processorMs(proplet.pid) - before.processor) / (done.seconds * 10),
        starved: (starvedMs(proplet.pid) - before.starved) / (done.seconds * 10),
      }
    }
    const open = await measured(() => openLoop(manager, { perSecond: PER_SECOND, seconds: SECONDS }))
    const closed = await measured(() => closedLoop(manager, { atOnce: AT_ONCE, count: COUNT }))

    const share = (/** @type {typeof open} */ { processor, starved, rate }) =>
      `${processor.toFixed(0)} % of a processor, ${((processor * 10) / rate).toFixed(2)} ms a task; ready and without one: ${starved.toFixed(0)} % of the time`
    return {
      rows: [
        {
          what: `offered ${PER_SECOND}/s for ${SECONDS} s: tasks a second`,
          median: open.rate.toFixed(0),
          target: `${PER_SECOND}`,
          met: open.rate > PER_SECOND * 0.98 && open.refused === 0,
        },
        timesRow(`offered ${PER_SECOND}/s: start due to result`, open.latency),
        ...loopRows(`offered ${PER_SECOND}/s`, [open.delays]),
        { what: `${AT_ONCE} in flight: tasks a second`, median: closed.rate.toFixed(0) },
        timesRow(`${AT_ONCE} in flight: start to result`, closed.latency),
        ...loopRows(`${AT_ONCE} in flight`, [closed.delays]),
      ],
      notes: [
        LOOP_NOTE,
        `The daemon at ${PER_SECOND}/s: ${share(open)}; with ${AT_ONCE} in flight: ${share(closed)}.`,
        `Refused: ${open.refused} and ${closed.refused}.`,
      ],
    }
  })
