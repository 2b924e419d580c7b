import { describe, expect, it } from 'vitest'
import { bytes, count, duration, elapsed, oneLine, percent, visible } from '../../src/page/format.js'
import { areaPath, linePath, onLog, roundUp } from '../../src/page/scale.js'

const plain = (text: string) => text.replaceAll(/[\u00a0\u2009\u202f]/g, ' ')

describe('numbers for people', () => {
  it('have a few digits and a unit', () => {
    const durations = [0, 0.012, 0.123, 1.25, 56.7, 999, 1000, 59_949, 61_000, 3_660_000, 90_000_000]
    expect(durations.map((ms) => plain(duration(ms)))).toStrictEqual([
      '0 ms',
      '0.01 ms',
      '0.12 ms',
      '1.3 ms',
      '57 ms',
      '999 ms',
      '1.0 s',
      '59.9 s',
      '1 min 1 s',
      '1 h 1 min',
      '1 d 1 h',
    ])
    expect([999, 59_999, 60_000].map((ms) => plain(elapsed(ms)))).toStrictEqual(['0 s', '59 s', '1 min 0 s'])
    expect([0, 999, 1500, 250e6, 25.3e9].map((value) => plain(bytes(value)))).toStrictEqual([
      '0 B',
      '999 B',
      '1.5 kB',
      '250 MB',
      '25.3 GB',
    ])
    expect([0.25, 99.6].map((value) => plain(percent(value)))).toStrictEqual(['0.3 %', '100 %'])
    expect(plain(count(1_234_567))).toBe('1 234 567')
  })
})

describe('untrusted texts', () => {
  it('show invisible characters, and do not change the text direction', () => {
    expect(visible('a\u001b[31mb\u0000\n\tc\u007f')).toBe('a␛[31mb␀\n\tc␡')
    expect(visible('\u202etxt.\u2066exe')).toBe('\ufffdtxt.\ufffdexe')
    expect(oneLine('  a\n\n b\tc\r\n')).toBe('a ⏎ b c')
  })
})

describe('the plots', () => {
  it('have an axis that ends at a round number', () => {
    expect([0, 0.03, 1, 1.01, 7, 21, 250e6].map(roundUp)).toStrictEqual([1, 0.05, 1, 2, 10, 25, 250e6])
  })

  it('have gaps where points are missing', () => {
    const at = (x: number, y: number | undefined) => ({ x, y })
    expect(linePath([at(0, 1), at(1, 2), at(9, 3), at(10, undefined), at(11, 4)], 5)).toBe(
      'M0.0 1.0L1.0 2.0M9.0 3.0M11.0 4.0',
    )
    const edge = (x: number, top: number | undefined) => ({ x, top, bottom: 0 })
    expect(areaPath([edge(0, 1), edge(1, 2), edge(9, 3), edge(10, undefined)], 5)).toBe(
      'M0.0 1.0L1.0 2.0L1.0 0.0L0.0 0.0ZM9.0 3.0L9.0 0.0Z',
    )
    expect(linePath([], 5) + areaPath([], 5)).toBe('')
  })

  it('have a logarithmic axis that ends at its ends', () => {
    expect([0, 1, 10, 100, 1000].map((value) => onLog(value, 1, 100))).toStrictEqual([0, 0, 0.5, 1, 1])
  })
})
