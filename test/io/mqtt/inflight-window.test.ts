import { describe, expect, it } from 'vitest'
import { InflightWindow, type EndOfUse } from '../../../src/io/mqtt/inflight-window.js'

const end = (isOverQuota: boolean, ageMs?: number): EndOfUse => ({
  isOverQuota,
  receipt: ageMs === undefined ? undefined : { ageMs },
})
const SAID = end(true)
const SOON = end(false, 9999)
const LATE = end(false, 10_000)
const OTHERWISE = end(false)

const after = (ends: readonly EndOfUse[], asked = 20) => {
  const window = new InflightWindow(asked)
  const values = ends.map((each) => (window.ended(each) ? window.value : 'same'))
  return { window, values }
}
const acknowledge = (window: InflightWindow, times: number) => {
  for (let n = 0; n < times; n++) window.acknowledged()
}

describe('InflightWindow (issue 14.3)', () => {
  it.each([
    ['said by the broker, however late', 20, [SAID, SAID], [10, 5]],
    ['closed after a PUBREC, soon', 20, [SOON, SOON, SOON, SOON, SOON], [10, 5, 2, 1, 1]],
    [
      'closed after a PUBREC, late: by chance, unless it was short before',
      20,
      [LATE, SOON, LATE],
      ['same', 10, 5],
    ],
    ['ended otherwise', 20, [OTHERWISE, SOON, OTHERWISE, OTHERWISE], ['same', 10, 'same', 'same']],
    ['a window of one', 1, [SOON, SOON], [1, 1]],
  ] as const)('is halved: %s', (_, asked, ends, expected) => {
    expect(after(ends, asked).values).toEqual(expected)
  })

  it('tells what it is instead of what was asked for, apart from the limit that the broker announces', () => {
    const { window } = after([])
    window.limit(7)
    expect([window.value, window.narrowed]).toEqual([7, undefined])
    window.ended(SOON)
    expect([window.value, window.narrowed]).toEqual([7, { asked: 20, used: 10 }])
    window.limit(0xffff)
    expect(window.value).toBe(10)
  })

  it('goes back with a new session', () => {
    const { window } = after([SOON, SOON])
    window.reset()
    expect([window.value, window.narrowed, window.takeSweep()]).toEqual([20, undefined, false])
    expect([window.ended(LATE), window.ended(SOON)]).toEqual([false, true])
    expect(window.value).toBe(10)
  })

  it('asks for a release of all packet IDs at every second shortage, once', () => {
    const window = new InflightWindow(20)
    const swept = [SOON, SOON, OTHERWISE, SOON, SOON].map((each) => {
      window.ended(each)
      return window.takeSweep()
    })
    expect(swept).toEqual([false, true, false, false, true])
  })

  it('grows after 10,000 acknowledgements, and after twice as many each time that this was too much', () => {
    const { window } = after([SOON, SOON])
    acknowledge(window, 9_999)
    expect(window.value).toBe(5)
    acknowledge(window, 1)
    expect(window.value).toBe(10)
    window.ended(LATE)
    acknowledge(window, 10_000)
    expect(window.value).toBe(5)
    acknowledge(window, 10_000)
    expect(window.value).toBe(10)
    acknowledge(window, 20_000)
    expect([window.value, window.narrowed]).toEqual([20, undefined])
  })

  it('starts to count again at a shortage', () => {
    const { window } = after([SOON])
    acknowledge(window, 9_999)
    window.ended(SOON)
    acknowledge(window, 9_999)
    expect(window.value).toBe(5)
  })
})
