import { describe, expect, it } from 'vitest'
import { isoTime } from '../../src/model/iso-time.js'

const DAY_MS = 86_400_000

describe('15.5 times in ISO 8601', () => {
  it.each([
    ['the beginning of 1970', 0],
    ['before 1970', -1],
    ['a leap day', Date.UTC(2024, 1, 29, 23, 59, 59, 999)],
    ['no leap day in a century', Date.UTC(2100, 1, 28) + DAY_MS],
    ['the first year with four digits', Date.UTC(2000, 0, 1) - 1000 * 365.2425 * DAY_MS],
    ['the year 0', -62_167_219_200_000],
    ['a year before it', -62_167_219_200_001],
    ['the last year with four digits', 253_402_300_799_999],
    ['a year with five digits', 253_402_300_800_000],
    ['the last time of all', 8.64e15],
    ['a fraction of a millisecond', 1234.9],
  ])('are those of Date: %s', (_, ms) => {
    expect(isoTime(ms)).toBe(new Date(ms).toISOString())
  })

  it('are those of Date on every day of 40 years', () => {
    for (let ms = 0; ms < 40 * 366 * DAY_MS; ms += DAY_MS + 3_723_456)
      expect(isoTime(ms)).toBe(new Date(ms).toISOString())
  })

  it.each([NaN, 8.64e15 + 1])('of what is no time throw: %s', (ms) => {
    expect(() => isoTime(ms)).toThrow(RangeError)
  })
})
