// @ts-check
import { join } from 'node:path'
import { closedLoop, openLoop } from './support/load.mjs'
import { timesInside } from './support/inside.mjs'
import { LOOP_NOTE, loopRows } from './support/loop.mjs'
import { ADD, ADD_RESULT } from './support/modules.mjs'
import { ms, summary, timesRow } from './support/stats.mjs'
import { syncTimes } from './support/sync-times.mjs'
import { withWorld } from './support/world.mjs'

/** After this many tasks, V8 has compiled the hot paths. */
const WARM_UP = 3000
const COUNT = 500
const PER_SECOND = 500
const SECONDS = 10
const AT_ONCE = 50
const TASKS = 5000

export const title = 'The journal: the same tasks (`add`, inline, no hold) without it and with it'

/** @param {import('./support/manager.mjs').Manager} manager */
const timeTasks = async (manager) => {
  for (let i = 0; i < WARM_UP; i++) await manager.time(ADD, ADD_RESULT)
  const times = []
  for (let i = 0; i < COUNT; i++) times.push(await manager.time(ADD, ADD_RESULT))
  return summary(times)
}

/** @param {import('./support/world.mjs').World} world @param {string} stateDir or `none` */
const measure = async (world, stateDir) => {
  const { manager } = world
  const inside = await timesInside(world, COUNT, () => timeTasks(manager), stateDir)
  const proplet = await world.daemon({ probed: true, env: { PROPLET_STATE_DIR: stateDir } })
  const seen = await timeTasks(manager)
  /** @param {() => Promise<import('./support/load.mjs').Load>} load */
  const loaded = async (load) => {
    await proplet.ask('watch')
    const done = await load()
    return {
      rate: done.times.length / done.seconds,
      refused: done.refused,
      latency: summary(done.times),
      delays: await proplet.ask('delays'),
    }
  }
  const open = await loaded(() => openLoop(manager, { perSecond: PER_SECOND, seconds: SECONDS }))
  const closed = await loaded(() => closedLoop(manager, { atOnce: AT_ONCE, count: TASKS }))
  await proplet.stop()
  return { inside, seen, open, closed }
}

export const run = () =>
  withWorld(async (world) => {
    const stateDir = join(world.cacheDir, 'state')
    const sync = await syncTimes(world.cacheDir, 200)
    const off = await measure(world, 'none')
    const on = await measure(world, stateDir)
    const without = (/** @type {string} */ text) => ({ floor: `${text} without` })
    return {
      rows: [
        timesRow('start command received to result handed to MQTT', on.inside.total, {
          target: 'median < 3 ms',
          met: on.inside.total.median < 3,
          ...without(ms(off.inside.total.median)),
        }),
        timesRow('everything but the runtime', on.inside.own, {
          target: '< 1 ms',
          met: on.inside.own.median < 1,
          ...without(ms(off.inside.own.median)),
        }),
        timesRow('start published to result received, by a Manager', on.seen, without(ms(off.seen.median))),
        {
          what: `offered ${PER_SECOND}/s for ${SECONDS} s: tasks a second`,
          median: on.open.rate.toFixed(0),
          target: `${PER_SECOND}`,
          met: on.open.rate > PER_SECOND * 0.98 && on.open.refused === 0,
          ...without(off.open.rate.toFixed(0)),
        },
        timesRow(
          `offered ${PER_SECOND}/s: start due to result`,
          on.open.latency,
          without(ms(off.open.latency.median)),
        ),
        ...loopRows(`offered ${PER_SECOND}/s, with it`, [on.open.delays]),
        ...loopRows(`offered ${PER_SECOND}/s, without it`, [off.open.delays]),
        {
          what: `${AT_ONCE} in flight: tasks a second`,
          median: on.closed.rate.toFixed(0),
          ...without(off.closed.rate.toFixed(0)),
        },
        timesRow(
          `${AT_ONCE} in flight: start to result`,
          on.closed.latency,
          without(ms(off.closed.latency.median)),
        ),
      ],
      notes: [
        `A \`fdatasync\` of the same disk, by itself: ${ms(sync.median)} (median), ${ms(sync.p99)} (p99). Nothing but the acknowledgement to the broker waits for one.`,
        LOOP_NOTE,
      ],
    }
  })
