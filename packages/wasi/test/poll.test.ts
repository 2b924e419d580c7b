import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { AT, E, type RawGuest } from './guest.js'
import { eachInSandbox } from './sandbox-fixture.js'

const sandbox = eachInSandbox()
const ROOT = 3
const OUT = 220_000
const MILLISECOND = 1_000_000n

type Subscription =
  | { readonly clock: number; readonly timeout: bigint; readonly flags?: number }
  | { readonly read: number }
  | { readonly write: number }
  | { readonly type: number }

function poll(guest: RawGuest, ...subscriptions: Subscription[]) {
  const { bytes } = guest
  bytes.fill(0, AT.data, AT.data + subscriptions.length * 48)
  subscriptions.forEach((subscription, index) => {
    const at = AT.data + index * 48
    bytes.writeBigUInt64LE(BigInt(index + 100), at)
    if ('clock' in subscription) {
      bytes.writeUInt32LE(subscription.clock, at + 16)
      bytes.writeBigUInt64LE(subscription.timeout, at + 24)
      bytes.writeUInt16LE(subscription.flags ?? 0, at + 40)
    } else if ('read' in subscription) {
      bytes.writeUInt8(1, at + 8)
      bytes.writeUInt32LE(subscription.read, at + 16)
    } else if ('write' in subscription) {
      bytes.writeUInt8(2, at + 8)
      bytes.writeUInt32LE(subscription.write, at + 16)
    } else {
      bytes.writeUInt8(subscription.type, at + 8)
    }
  })
  const errno = guest.call('poll_oneoff', AT.data, OUT, subscriptions.length, AT.result)
  if (errno !== E.SUCCESS) return errno
  return Array.from({ length: guest.result }, (_, index) => {
    const at = OUT + index * 32
    return {
      userdata: bytes.readBigUInt64LE(at),
      error: bytes.readUInt16LE(at + 8),
      type: bytes.readUInt8(at + 10),
      size: bytes.readBigUInt64LE(at + 16),
      flags: bytes.readUInt16LE(at + 24),
    }
  })
}

function now(guest: RawGuest, clock: number): bigint {
  expect(guest.call('clock_time_get', clock, 0n, AT.result)).toBe(E.SUCCESS)
  return guest.result64
}

const timeUp = (userdata: bigint) => ({ userdata, error: E.SUCCESS, type: 0, size: 0n, flags: 0 })

describe('clocks', () => {
  it('tell the time and how exact it is', () => {
    const { guest } = sandbox.current
    const before = BigInt(Date.now()) * MILLISECOND
    const realtime = now(guest, 0)
    expect(realtime).toBeGreaterThanOrEqual(before)
    expect(realtime).toBeLessThanOrEqual(BigInt(Date.now()) * MILLISECOND)
    const first = now(guest, 1)
    expect(now(guest, 1)).toBeGreaterThanOrEqual(first)
    const spent = now(guest, 2)
    for (let spin = 0; now(guest, 2) === spent && spin < 1e7; spin++);
    expect(now(guest, 3)).toBeGreaterThan(spent)
    for (const clock of [0, 1, 2, 3]) {
      expect(guest.call('clock_res_get', clock, AT.result)).toBe(E.SUCCESS)
      expect(guest.result64).toBeGreaterThan(0n)
    }
    for (const clock of [4, -1]) {
      expect(guest.call('clock_res_get', clock, AT.result)).toBe(E.INVAL)
      expect(guest.call('clock_time_get', clock, 0n, AT.result)).toBe(E.INVAL)
    }
  })
})

describe('poll_oneoff', () => {
  it.each([0, 1])('sleeps by clock %i, for a time and until one', (clock) => {
    const { guest } = sandbox.current
    const start = now(guest, clock)
    expect(poll(guest, { clock, timeout: 5n * MILLISECOND })).toStrictEqual([timeUp(100n)])
    expect(now(guest, clock)).toBeGreaterThanOrEqual(start + 5n * MILLISECOND)
    const until = now(guest, clock) + 5n * MILLISECOND
    expect(poll(guest, { clock, timeout: until, flags: 1 })).toStrictEqual([timeUp(100n)])
    expect(now(guest, clock)).toBeGreaterThanOrEqual(until)
  })

  it('does not sleep until a time in the past', () => {
    const { guest } = sandbox.current
    expect(poll(guest, { clock: 0, timeout: 1n, flags: 1 })).toStrictEqual([timeUp(100n)])
    expect(poll(guest, { clock: 1, timeout: 0n })).toStrictEqual([timeUp(100n)])
  })

  it('wakes for the earliest, and reports all that are due', () => {
    const { guest } = sandbox.current
    const never = 2n ** 64n - 1n
    const subscriptions = [
      { clock: 1, timeout: never },
      { clock: 1, timeout: 2n * MILLISECOND },
    ] as const
    expect(poll(guest, ...subscriptions, { clock: 0, timeout: never, flags: 1 })).toStrictEqual([
      timeUp(101n),
    ])
    expect(poll(guest, { clock: 1, timeout: 0n }, { clock: 0, timeout: 0n })).toStrictEqual([
      timeUp(100n),
      timeUp(101n),
    ])
  })

  it('does not sleep when a descriptor is ready, and they all are', () => {
    const { inside, guest } = sandbox.current
    writeFileSync(join(inside, 'f'), 'text')
    const fd = guest.opened(ROOT, 'f')
    const ready = poll(guest, { clock: 1, timeout: 2n ** 63n }, { read: 0 }, { read: fd }, { write: 1 })
    expect(ready).toStrictEqual([
      { userdata: 101n, error: E.SUCCESS, type: 1, size: 0n, flags: 1 },
      { userdata: 102n, error: E.SUCCESS, type: 1, size: 4n, flags: 0 },
      { userdata: 103n, error: E.SUCCESS, type: 2, size: 65_536n, flags: 0 },
    ])
  })

  it('reports an invalid subscription as an event', () => {
    const { guest } = sandbox.current
    const wrong: [Subscription, number][] = [
      [{ read: 99 }, E.BADF],
      [{ read: 1 }, E.BADF],
      [{ write: 0 }, E.BADF],
      [{ read: ROOT }, E.BADF],
      [{ clock: 2, timeout: 1n }, E.INVAL],
      [{ clock: 9, timeout: 1n }, E.INVAL],
      [{ clock: 0, timeout: 1n, flags: 2 }, E.INVAL],
      [{ type: 3 }, E.INVAL],
    ]
    const events = poll(guest, ...wrong.map(([subscription]) => subscription), {
      clock: 1,
      timeout: 2n ** 63n,
    })
    expect(events).toMatchObject(wrong.map(([, error], index) => ({ userdata: BigInt(index + 100), error })))
  })

  it('refuses no subscriptions, and too many', () => {
    const { guest } = sandbox.current
    expect(poll(guest)).toBe(E.INVAL)
    expect(guest.call('poll_oneoff', 0, 0, 2049, AT.result)).toBe(E.INVAL)
    for (const count of [2 ** 28, 2 ** 32 - 1]) {
      expect(guest.call('poll_oneoff', 0, 0, count, AT.result)).toBe(E.FAULT)
    }
  })
})
