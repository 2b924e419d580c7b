// @ts-check

/** @param {readonly number[]} values @param {number} share between 0 and 1 */
export const quantile = (values, share) => {
  const sorted = values.toSorted((a, b) => a - b)
  const at = Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * share) - 1))
  return sorted[at] ?? NaN
}

/** @param {readonly number[]} values */
export const summary = (values) => ({
  median: quantile(values, 0.5),
  p99: quantile(values, 0.99),
  max: quantile(values, 1),
  count: values.length,
})

/** @typedef {ReturnType<typeof summary>} Summary */

/** @param {number} milliseconds */
export const ms = (milliseconds) => {
  if (milliseconds < 0.1) return `${(milliseconds * 1000).toFixed(1)} µs`
  return `${milliseconds.toFixed(milliseconds < 10 ? 2 : milliseconds < 100 ? 1 : 0)} ms`
}

/** @param {number} bytes */
export const mb = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`

/**
 * One line of the table.
 * @typedef {object} Row
 * @property {string} what
 * @property {string} [median]
 * @property {string} [p99]
 * @property {string} [max]
 * @property {string} [target]
 * @property {boolean} [met]
 * @property {string} [floor]
 */

/**
 * A line of times.
 * @param {string} what
 * @param {Summary} times milliseconds
 * @param {{target?: string, met?: boolean, floor?: string}} [rest]
 * @returns {Row}
 */
export const timesRow = (what, times, rest = {}) => ({
  what,
  median: ms(times.median),
  p99: times.count >= 100 ? ms(times.p99) : '',
  max: ms(times.max),
  ...rest,
})
