// @ts-check
import { bareCall, mqttEcho, pipeEcho } from './support/floors.mjs'
import { timesInside } from './support/inside.mjs'
import { ADD, ADD_RESULT } from './support/modules.mjs'
import { ms, summary, timesRow } from './support/stats.mjs'
import { withWorld } from './support/world.mjs'

/** After this many tasks, V8 has compiled the hot paths. */
const WARM_UP = 3000
const COUNT = 500
/** About the size of a start command, and of its result. */
const MESSAGE_BYTES = 150

export const title = 'Latency of a warm task (`add`, inline, no hold), one at a time'

/** @param {import('./support/manager.mjs').Manager} manager */
const timeTasks = async (manager) => {
  for (let i = 0; i < WARM_UP; i++) await manager.time(ADD, ADD_RESULT)
  const times = []
  for (let i = 0; i < COUNT; i++) times.push(await manager.time(ADD, ADD_RESULT))
  return summary(times)
}

export const run = () =>
  withWorld(async (world) => {
    const { first, total, own, before, run, after } = await timesInside(world, COUNT, () =>
      timeTasks(world.manager),
    )
    await world.daemon()
    const seen = await timeTasks(world.manager)
    const echo = await mqttEcho(world.port, { count: COUNT, bytes: MESSAGE_BYTES })
    const pipe = await pipeEcho({ count: COUNT, bytes: 300 })
    const call = bareCall(COUNT)
    const overhead = total.median - pipe.median - call.median
    return {
      rows: [
        timesRow('start command received to result handed to MQTT', total, {
          target: 'median < 3 ms',
          met: total.median < 3,
        }),
        timesRow('of it: decode, dedupe, admit, digest', before),
        timesRow('of it: to the guest, its run, and back', run, {
          floor: `${ms(pipe.median)} bare pipe there and back, ${ms(call.median)} bare instance and call`,
        }),
        timesRow('of it: result to MQTT', after),
        timesRow('everything but the runtime', own),
        {
          what: 'our own overhead: all but the bare pipe and call',
          median: ms(overhead),
          target: '< 1 ms',
          met: overhead < 1,
        },
        timesRow(`the first ${COUNT} tasks of a process: command received to result handed to MQTT`, first),
        timesRow('start published to result received, by a Manager', seen, {
          floor: `${ms(echo.median)} bare QoS 2 echo`,
        }),
      ],
      notes: [
        `Warm: after ${WARM_UP} tasks.`,
        'Inside: a process that composes the proplet by `createProplet`; from the packet that MQTT.js received to the one that it sends; the runtime is timed from `run` to `ended` by a wrapper around it. Nothing of it is in the product.',
      ],
    }
  })
