import { describe, expect, it } from 'vitest'
import { monotonicClock, timezone, wallClock } from '../../preview2/clocks.js'
import { InputStream } from '../../preview2/input-stream.js'
import { Pollable } from '../../preview2/pollable.js'
import { ThreadSource } from './thread-source.js'
import { U64_MAX } from './sandbox.js'

const MILLISECOND = 1_000_000n

describe('clocks', () => {
  it('tell the time and how exact it is', () => {
    const before = BigInt(Date.now())
    const { seconds, nanoseconds } = wallClock.now()
    const told = seconds * 1000n + BigInt(nanoseconds) / MILLISECOND
    expect(told).toBeGreaterThanOrEqual(before)
    expect(told).toBeLessThanOrEqual(BigInt(Date.now()))
    expect(wallClock.resolution()).toStrictEqual({ seconds: 0n, nanoseconds: 1_000_000 })
    const first = monotonicClock.now()
    expect(monotonicClock.now()).toBeGreaterThanOrEqual(first)
    expect(monotonicClock.resolution()).toBe(1n)
  })

  it('do not reveal the time zone of the host', () => {
    expect(timezone.display()).toStrictEqual({ utcOffset: 0, name: 'UTC', inDaylightSavingTime: false })
    expect(timezone.utcOffset()).toBe(0)
  })
})

describe('a pollable', () => {
  it('of a time is ready from then on', () => {
    const start = monotonicClock.now()
    const soon = monotonicClock.subscribeDuration(5n * MILLISECOND)
    expect(soon.ready()).toBe(false)
    soon.block()
    expect(monotonicClock.now()).toBeGreaterThanOrEqual(start + 5n * MILLISECOND)
    expect(soon.ready()).toBe(true)
    const instant = monotonicClock.now() + 5n * MILLISECOND
    monotonicClock.subscribeInstant(instant).block()
    expect(monotonicClock.now()).toBeGreaterThanOrEqual(instant)
    expect(monotonicClock.subscribeInstant(0n).ready()).toBe(true)
    expect(monotonicClock.subscribeDuration(0n).ready()).toBe(true)
    expect(monotonicClock.subscribeInstant(U64_MAX).ready()).toBe(false)
    expect(monotonicClock.subscribeDuration(U64_MAX).ready()).toBe(false)
  })

  it('of a stream is ready when there is data, or the stream was dropped', async () => {
    const source = await ThreadSource.start(2)
    const stream = new InputStream(source)
    const pollable = stream.subscribe()
    expect(pollable.ready()).toBe(false)
    expect(stream.read(10n)).toHaveLength(0)
    source.let(1)
    pollable.block()
    expect(stream.read(10n)).toHaveLength(1)
    expect(pollable.ready()).toBe(false)
    stream[Symbol.dispose]()
    expect(pollable.ready()).toBe(true)
    await source.stop()
  })
})

describe('poll', () => {
  it('waits for the earliest, and reports all that are ready', () => {
    const never = monotonicClock.subscribeInstant(U64_MAX)
    const past = monotonicClock.subscribeInstant(1n)
    const start = monotonicClock.now()
    const soon = monotonicClock.subscribeDuration(3n * MILLISECOND)
    expect(Pollable.poll([never, soon, never])).toStrictEqual(Uint32Array.of(1))
    expect(monotonicClock.now()).toBeGreaterThanOrEqual(start + 3n * MILLISECOND)
    expect(Pollable.poll([past, never, soon, past])).toStrictEqual(Uint32Array.of(0, 2, 3))
  })

  it('waits for streams and times together', async () => {
    const sources = [await ThreadSource.start(1), await ThreadSource.start(1)] as const
    const [first, second] = sources.map((source) => new InputStream(source).subscribe())
    if (first === undefined || second === undefined) throw new Error('expected both')
    const soon = () => monotonicClock.subscribeDuration(3n * MILLISECOND)
    const never = monotonicClock.subscribeInstant(U64_MAX)
    expect(Pollable.poll([first, soon()])).toStrictEqual(Uint32Array.of(1))
    expect(Pollable.poll([first, second, soon(), never])).toStrictEqual(Uint32Array.of(2))
    sources[1].let(1)
    expect(Pollable.poll([never, first, second])).toStrictEqual(Uint32Array.of(2))
    sources[0].let(1)
    expect(Pollable.poll([first, never])).toStrictEqual(Uint32Array.of(0))
    for (const source of sources) await source.stop()
  })

  it('traps for an empty list, and for a list that is too long', () => {
    const past = monotonicClock.subscribeInstant(0n)
    expect(() => Pollable.poll([])).toThrow(WebAssembly.RuntimeError)
    expect(() => Pollable.poll(Array.from({ length: 2049 }, () => past))).toThrow(WebAssembly.RuntimeError)
    expect(Pollable.poll(Array.from({ length: 2048 }, () => past))).toHaveLength(2048)
  })
})
