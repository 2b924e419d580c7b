// @ts-check
import { once } from 'node:events'
import { join } from 'node:path'
import { startHelper } from './processes.mjs'
import { summary } from './stats.mjs'

/**
 * The times of tasks inside the proplet: `drive` sends them, one after the other, and the last `count` are measured;
 * `first` are those of the first `count`, before V8 has compiled the hot paths.
 * @param {import('./world.mjs').World} world
 * @param {number} count
 * @param {() => Promise<unknown>} drive
 * @param {string} [stateDir] by default one of its own
 */
export const timesInside = async (
  { port, manager, cacheDir },
  count,
  drive,
  stateDir = join(cacheDir, 'state'),
) => {
  const alive = manager.alive()
  const proplet = await startHelper('traced-proplet.mjs', [port, cacheDir, stateDir])
  await alive
  await drive()
  const answer = once(proplet.child, 'message')
  proplet.child.send('times')
  /** @type {[number, number, number][]} */
  const all = (await answer)[0]
  const times = all.slice(-count)
  await proplet.close()
  const part = (/** @type {0 | 1 | 2} */ index) => summary(times.map((each) => each[index]))
  return {
    first: summary(all.slice(0, count).map(([before, run, after]) => before + run + after)),
    total: summary(times.map(([before, run, after]) => before + run + after)),
    own: summary(times.map(([before, , after]) => before + after)),
    before: part(0),
    run: part(1),
    after: part(2),
  }
}
