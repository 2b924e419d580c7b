import { expect, it } from 'vitest'
import { Backoff, stableAfterMs } from '../../../src/io/mqtt/backoff.js'

it('doubles up to the maximum, and starts again after a reset', () => {
  const backoff = new Backoff({ initialMs: 100, maxMs: 1000, random: () => 0.999999 })
  const delays = () => Array.from({ length: 6 }, () => Math.round(backoff.next()))
  expect(delays()).toEqual([100, 200, 400, 800, 1000, 1000])
  backoff.reset()
  expect(delays()[0]).toBe(100)
})

it('spreads the first delay over all of its time, for a fleet that a broker lost at once, and others over the upper half', () => {
  const at = (random: number) => {
    const backoff = new Backoff({ firstMs: 800, initialMs: 100, maxMs: 1000, random: () => random })
    return [backoff.next(), backoff.next()]
  }
  expect([at(0), at(0.5)]).toEqual([
    [0, 100],
    [400, 150],
  ])
})

it('stays at the maximum, however often it fails', () => {
  const backoff = new Backoff({ initialMs: 100, maxMs: 1000, random: () => 0 })
  for (let i = 0; i < 5000; i++) backoff.next()
  expect(backoff.next()).toBe(500)
})

it('considers a connection stable after at most ten seconds', () => {
  expect([stableAfterMs({ maxMs: 60_000 }), stableAfterMs({ maxMs: 50 })]).toEqual([10_000, 50])
})
