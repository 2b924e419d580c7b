import * as E from 'fp-ts/lib/Either.js'
import { scalar } from './readers.js'
import type { Reader } from './setting.js'
import { LONGEST_TIMER_MS } from '../../../model/longest-timer.js'

const MILLISECONDS = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const
type Unit = keyof typeof MILLISECONDS

const isUnit = (text: string): text is Unit => Object.hasOwn(MILLISECONDS, text)

const WHOLE = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/
const PART = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g

/**
 * Milliseconds of `10`, `1.5s`, `1m0s` or `500ms`, rounded; NaN if invalid. A number without a unit is in units of
 * `bare`.
 */
export const parseDuration = (text: string, bare: 's' | 'ms' = 's'): number => {
  const found = text.trim().replaceAll('\u03bc', 'µ')
  if (/^\d+(?:\.\d+)?$/.test(found)) return Math.round(Number(found) * MILLISECONDS[bare])
  if (!WHOLE.test(found)) return NaN
  let sum = 0
  for (const [, digits, unit = ''] of found.matchAll(PART)) {
    if (isUnit(unit)) sum += Number(digits) * MILLISECONDS[unit]
  }
  return Math.round(sum)
}

/** Reads a time in milliseconds. `zero` is the meaning of 0, where 0 is allowed. */
export const duration = (options: {
  readonly zero?: string
  readonly bare?: 's' | 'ms'
  /** Milliseconds. */
  readonly max?: number
}): Reader<number> => {
  const { zero, bare = 's', max = LONGEST_TIMER_MS } = options
  const unit = bare === 's' ? 'seconds' : 'milliseconds'
  const least = zero === undefined ? 'at least 1ms' : `0 (${zero}) or at least 1ms`
  const most = max === LONGEST_TIMER_MS ? '24 days' : `${Math.floor(max / 1000)}s`
  const expected = `${unit}, or a duration such as 10s, 1m30s or 500ms; ${least}, at most ${most}`
  return scalar((text) => {
    const value = parseDuration(text, bare)
    // A time too short for a timer must not be rounded to 0, which would disable something.
    const isZero = value === 0 && !/[1-9]/.test(text)
    const fits = value >= 1 && value <= max
    return fits || (isZero && zero !== undefined) ? E.right(value) : E.left(expected)
  })
}
