const padded = (value: number, digits: number): string => String(value).padStart(digits, '0')

/**
 * What `toISOString` of a `Date` returns, but `toISOString` makes Node.js load 0.8 MB of time zones, which the daemon needs for nothing else.
 *
 * @param ms since the beginning of 1970, in UTC; throws a RangeError if a `Date` cannot hold it
 *
 * @example
 * isoTime(0) // '1970-01-01T00:00:00.000Z'
 */
export const isoTime = (ms: number): string => {
  const date = new Date(ms)
  const year = date.getUTCFullYear()
  // Other years have a sign and six digits.
  if (!(year >= 0 && year <= 9999)) return date.toISOString()
  const day = `${padded(year, 4)}-${padded(date.getUTCMonth() + 1, 2)}-${padded(date.getUTCDate(), 2)}`
  const time = `${padded(date.getUTCHours(), 2)}:${padded(date.getUTCMinutes(), 2)}:${padded(date.getUTCSeconds(), 2)}`
  return `${day}T${time}.${padded(date.getUTCMilliseconds(), 3)}Z`
}
