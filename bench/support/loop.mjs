// @ts-check
import { summary, timesRow } from './stats.mjs'

/** The daemon's event loop never blocks longer than this, in milliseconds. */
const MAX_MS = 20

/**
 * @param {string} what
 * @param {readonly {max: number, work: number}[]} runs in milliseconds: the longest delay, and the longest time that
 *   the loop itself worked in one turn
 * @returns {import('./stats.mjs').Row[]}
 */
export const loopRows = (what, runs) => {
  const delays = summary(runs.map(({ max }) => max))
  const work = summary(runs.map((run) => run.work))
  const target = `max < ${MAX_MS} ms`
  return [
    timesRow(`${what}: longest delay of the event loop`, delays, { target, met: delays.max < MAX_MS }),
    timesRow(`${what}: longest work in one turn of it`, work, { target, met: work.max < MAX_MS }),
  ]
}

export const LOOP_NOTE =
  'A delay is in wall time: on a machine with other work it holds the time for which the daemon was ready and had no processor. The work is the processor time of the same thread, as the kernel accounts it (to about 4 ms).'
