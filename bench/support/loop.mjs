// @ts-check
import { summary, timesRow } from './stats.mjs'

/** The daemon's event loop never blocks longer than this, in milliseconds. */
const MAX_MS = 20

/**
 * @param {string} what
 * @param {readonly number[]} delays milliseconds, the longest of each run
 */
export const delayRow = (what, delays) => {
  const found = summary(delays)
  return timesRow(what, found, { target: `max < ${MAX_MS} ms`, met: found.max < MAX_MS })
}
