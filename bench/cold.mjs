// @ts-check
import { codeModule, ADD, ADD_RESULT } from './support/modules.mjs'
import { ms, summary, timesRow } from './support/stats.mjs'
import { withWorld } from './support/world.mjs'

const BOOTS = 5
const COUNT = 100
const BYTES = 100_000

export const title = 'Cold tasks'

export const run = () =>
  withWorld(async ({ manager, daemon }) => {
    const boots = []
    const atOnce = []
    const firsts = []
    for (let i = 0; i < BOOTS; i++) {
      const startedAt = performance.now()
      const alive = manager.alive().then(() => performance.now() - startedAt)
      const proplet = await daemon({ warm: false })
      boots.push(await alive)
      atOnce.push(await manager.time(ADD, ADD_RESULT))
      await proplet.stop()
    }
    for (let i = 0; i < BOOTS; i++) {
      const proplet = await daemon()
      firsts.push(await manager.time(ADD, ADD_RESULT))
      await proplet.stop()
    }

    const proplet = await daemon()
    const warm = await firstRuns(manager, 0, COUNT)
    await proplet.stop()
    const modules = Array.from({ length: COUNT }, (_, seed) => codeModule(BYTES, 1_000_000 + seed))
    const compiles = modules.map((module) => {
      const startedAt = performance.now()
      new WebAssembly.Module(module)
      return performance.now() - startedAt
    })
    return {
      rows: [
        timesRow('from the start of the process to the first heartbeat', summary(boots)),
        timesRow('first task, sent at that heartbeat, start to result', summary(atOnce)),
        timesRow('first task, sent when the guests are warm, start to result', summary(firsts)),
        timesRow('a new binary of 100 KB each time, start to result', warm, {
          floor: `${ms(summary(compiles).median)} compiling in this process`,
        }),
      ],
      notes: [],
    }
  })

/** @param {import('./support/manager.mjs').Manager} manager @param {number} seed @param {number} count */
const firstRuns = async (manager, seed, count) => {
  const times = []
  for (let i = 0; i < count + 10; i++) {
    const bytes = codeModule(BYTES, seed + i)
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes))
    const expected = String(/** @type {Function} */ (exports['add'])(7))
    times.push(await manager.time({ name: 'add', file: bytes.toString('base64'), inputs: [7] }, expected))
  }
  return summary(times.slice(10))
}
