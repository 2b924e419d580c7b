import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { duration, parseDuration } from '../../../../src/io/config/settings/duration.js'
import { LONGEST_TIMER_MS } from '../../../../src/model/longest-timer.js'

describe('parseDuration', () => {
  it.each([
    ['10', 10_000],
    ['1.5', 1500],
    ['10s', 10_000],
    ['1m0s', 60_000],
    ['500ms', 500],
    ['1h', 3_600_000],
    ['1.5s', 1500],
    ['1h30m', 5_400_000],
    [' 2s ', 2000],
    ['1500us', 2],
    ['1500µs', 2],
    ['1500\u03bcs', 2],
    ['5000000000ns', 5000],
    ['0', 0],
  ])('reads %j as %d ms', (text, expected) => {
    expect(parseDuration(text)).toBe(expected)
  })

  it('reads a bare number as milliseconds if so configured', () => {
    expect(parseDuration('150', 'ms')).toBe(150)
    expect(parseDuration('2s', 'ms')).toBe(2000)
  })

  it.each([
    '',
    ' ',
    '-1',
    '-1s',
    '+1s',
    'NaN',
    'Infinity',
    '1e3',
    '10 s',
    's',
    '1d',
    '1.s',
    '.5s',
    '1s2',
    '0x10',
    '1,5s',
  ])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeNaN()
  })

  it('reads its own output', () => {
    const parts = fc.tuple(fc.nat(1000), fc.nat(59), fc.nat(59), fc.nat(999))
    fc.assert(
      fc.property(parts, ([h, m, s, ms]) => {
        expect(parseDuration(`${h}h${m}m${s}s${ms}ms`)).toBe(((h * 60 + m) * 60 + s) * 1000 + ms)
      }),
    )
  })

  it('never throws and never returns a negative number', () => {
    const odd = fc.oneof(fc.string(), fc.stringMatching(/^[-+0-9.eхsmhnuµ ]{0,40}$/))
    fc.assert(
      fc.property(odd, (text) => {
        const value = parseDuration(text)
        expect(Number.isNaN(value) || value >= 0).toBe(true)
      }),
    )
  })
})

describe('duration', () => {
  it('accepts 0 only where it has a meaning', () => {
    expect(E.isLeft(duration({}).read('0'))).toBe(true)
    expect(duration({ zero: 'off' }).read('0s')).toStrictEqual(E.right(0))
  })

  it('does not let a time that is too short disable something', () => {
    expect(E.isLeft(duration({ zero: 'off' }).read('1us'))).toBe(true)
  })

  it('is limited by the timers of Node.js', () => {
    expect(duration({}).read(`${LONGEST_TIMER_MS}ms`)).toStrictEqual(E.right(LONGEST_TIMER_MS))
    expect(duration({}).read(`${LONGEST_TIMER_MS + 1}ms`)).toStrictEqual(
      E.left('seconds, or a duration such as 10s, 1m30s or 500ms; at least 1ms, at most 24 days'),
    )
    expect(E.isLeft(duration({}).read('9'.repeat(400)))).toBe(true)
  })
})
