// @ts-check
import { ADD_RESULT, codeModule, paddedAdd } from './support/modules.mjs'
import { LOOP_NOTE, loopRows } from './support/loop.mjs'
import { starvedMs } from './support/processes.mjs'
import { ms, summary, timesRow } from './support/stats.mjs'
import { mqttEcho } from './support/floors.mjs'
import { withWorld } from './support/world.mjs'

const COUNT = 10
const BYTES = 7_000_000

export const title = 'Inline start of a binary of 7 MB, a message of 9.3 MB'

export const run = () =>
  withWorld(async ({ port, manager, daemon }) => {
    const proplet = await daemon({ probed: true })
    /** @param {(i: number) => [Buffer, number[], string]} task */
    const time = async (task) => {
      const times = []
      const delays = []
      for (let i = 0; i < COUNT; i++) {
        const [bytes, inputs, expected] = task(i)
        const command = { name: 'add', file: bytes.toString('base64'), inputs }
        await proplet.ask('watch')
        times.push(await manager.time(command, expected))
        delays.push(await proplet.ask('delays'))
      }
      return { times: summary(times), delays }
    }
    const starvedBefore = starvedMs(proplet.pid)
    const padded = await time((i) => [paddedAdd(BYTES, i), [10, 20], ADD_RESULT])
    const starved = starvedMs(proplet.pid) - starvedBefore
    const code = await time((i) => {
      const bytes = codeModule(BYTES, i)
      return [bytes, [7], sumOf(bytes)]
    })
    await proplet.stop()
    const echo = await mqttEcho(port, { count: 3, bytes: Math.ceil(BYTES / 3) * 4 })
    return {
      rows: [
        timesRow('start to result, `add` with padding', padded.times, {
          floor: `${ms(echo.median)} bare QoS 2 echo of such a message, there and back`,
        }),
        ...loopRows('padding', padded.delays),
        timesRow('start to result, 7 MB of code', code.times),
        ...loopRows('code', code.delays),
      ],
      notes: [LOOP_NOTE, `The daemon's main thread waited ${ms(starved / COUNT)} a task for a processor.`],
    }
  })

/** @param {Buffer} bytes */
const sumOf = (bytes) => {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes))
  return String(/** @type {Function} */ (exports['add'])(7))
}
