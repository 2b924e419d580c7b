import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  DEAF,
  type Guest,
  type GuestListener,
  type StartGuest,
} from '../../../../src/runtime/embedded/guests/guest.js'
import type { Member } from '../../../../src/runtime/embedded/guests/idle-members.js'
import { Pool, type PoolOptions } from '../../../../src/runtime/embedded/guests/pool.js'
import { startProcessGuest } from '../../../../src/runtime/embedded/guests/process-guest.js'
import { isAlive, MIB } from '../harness.js'

const limits = { memoryMaxBytes: 64 * MIB, tableMaxElements: 1000 }
const entry = fileURLToPath(new URL('../../../../dist/runtime/pooled/child.cjs', import.meta.url))
const start: StartGuest = () => startProcessGuest({ ...limits, entry, wrapper: [] })

/** A guest that is ready as soon as it boots, and gone as soon as it is killed. */
const readyGuest = (): Guest => {
  let listener: GuestListener = DEAF
  return {
    pid: undefined,
    counters: () => undefined,
    figures: () => undefined,
    residentBytes: () => undefined,
    listen: (next) => (listener = next),
    post: () => listener.message({ type: 'ready' }),
    holdOutput: () => undefined,
    kill: () => listener.closed({ how: 'ended', signal: undefined }),
  }
}

function createPool(options: Partial<PoolOptions> = {}) {
  const warnings: string[] = []
  const silent = () => undefined
  const pool = new Pool({
    boot: { type: 'boot', preopens: [], ...limits },
    warm: 0,
    maxIdle: 4,
    surplusIdleMs: 30_000,
    restIdleMs: 30_000,
    maxTasks: 1000,
    maxResidentBytes: 512 * MIB,
    log: { debug: silent, info: silent, error: silent, warn: (_obj, message) => warnings.push(message) },
    ...options,
  })
  onTestFinished(() => pool.close())
  return { pool, warnings }
}

const acquire = (pool: Pool, digest = 'sha256:none'): Promise<Member> =>
  new Promise((granted, reject) => {
    pool.acquire(digest, { granted, refused: (error) => reject(new Error(error)) })
  })

describe('the pool', () => {
  it('starts a guest for each that waits, and gives a guest that comes back to the next', async () => {
    const { pool } = createPool()
    pool.open(start)
    const [first, second] = await Promise.all([acquire(pool), acquire(pool)])
    expect(first).not.toBe(second)
    const third = acquire(pool)
    pool.release(first, 'reuse')
    expect(await third).toBe(first)
    for (const member of [first, second]) pool.release(member, 'reuse')
  })

  it('keeps its warm guests, and refills after one was spoilt', async () => {
    const { pool } = createPool({ warm: 2 })
    pool.open(start)
    await pool.ready()
    const before = pool.pids()
    expect(before).toHaveLength(2)
    const member = await acquire(pool)
    pool.release(member, 'discard')
    await pool.ready()
    expect(pool.pids()).toHaveLength(2)
    expect(pool.pids()).not.toContain(member.guest.pid)
  })

  it('replaces a guest after its number of tasks', async () => {
    const { pool } = createPool({ warm: 1, maxTasks: 2 })
    pool.open(start)
    const first = await acquire(pool)
    pool.release(first, 'reuse')
    const again = await acquire(pool)
    expect(again).toBe(first)
    pool.release(again, 'reuse')
    const other = await acquire(pool)
    expect(other).not.toBe(first)
    pool.release(other, 'reuse')
  })

  it('keeps no more idle guests than it may, and ends the surplus after a while', async () => {
    const { pool } = createPool({ warm: 1, maxIdle: 2, surplusIdleMs: 100 })
    pool.open(start)
    const members = await Promise.all([acquire(pool), acquire(pool), acquire(pool)])
    const pids = members.map(({ guest }) => guest.pid ?? 0)
    for (const member of members) pool.release(member, 'reuse')
    expect(pool.pids()).toStrictEqual(pids.slice(1))
    await vi.waitUntil(() => pids.filter(isAlive).length === 1)
    expect(pool.pids()).toHaveLength(1)
  })

  it('15.5 keeps one idle guest until a task comes, and again when none came for long', async () => {
    const { pool } = createPool({ warm: 2, surplusIdleMs: 100, restIdleMs: 100 })
    pool.open(start)
    await vi.waitUntil(() => pool.pids().length === 1)
    const member = await acquire(pool)
    await pool.ready()
    pool.release(member, 'reuse')
    const pids = pool.pids()
    expect(pids.length).toBeGreaterThanOrEqual(2)
    await vi.waitUntil(() => pids.filter(isAlive).length === 1)
    expect(pool.pids()).toHaveLength(1)
  })

  it('15.5 starts no guest in place of one that will be back soon', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const { pool } = createPool({ warm: 1, maxTasks: Infinity })
    const starts = vi.fn(readyGuest)
    pool.open(starts)
    vi.advanceTimersByTime(100)
    const granted: Member[] = []
    const take = () =>
      pool.acquire('sha256:none', { granted: (member) => granted.push(member), refused: () => undefined })
    for (let i = 0; i < 20; i++) {
      take()
      vi.advanceTimersByTime(40)
      for (const member of granted.splice(0)) pool.release(member, 'reuse')
    }
    expect(starts).toHaveBeenCalledTimes(1)
    take()
    vi.advanceTimersByTime(110)
    expect(starts).toHaveBeenCalledTimes(2)
    for (const member of granted) pool.release(member, 'gone')
  })

  it('does not keep starting guests if all existing ones are busy from time to time', async () => {
    const warm = 2
    const { pool } = createPool({ warm, maxIdle: 2 * warm })
    const starts = vi.fn(start)
    pool.open(starts)
    await pool.ready()
    const load = async () => {
      const members = await Promise.all([acquire(pool), acquire(pool)])
      // Others take their place while they are away.
      await pool.ready()
      for (const member of members) pool.release(member, 'reuse')
    }
    for (let i = 0; i < 5; i++) await load()
    expect(starts).toHaveBeenCalledTimes(2 * warm)
  })

  it('lets a task wait for the guest that keeps its large module while that guest cleans up', async () => {
    const { pool } = createPool({ warm: 1 })
    const boot = { type: 'boot', preopens: [], ...limits } as const
    pool.open(start)
    const member = await acquire(pool)
    member.modules.kept('sha256:large', 2 * MIB)
    member.modules.kept('sha256:small', 1000)
    await pool.ready()
    pool.release(member, 'settling')
    const large = acquire(pool, 'sha256:large')
    const other = await acquire(pool, 'sha256:small')
    expect(other).not.toBe(member)
    const second = await acquire(pool, 'sha256:large')
    expect(second).not.toBe(member)
    // It has booted again, and reports that it is ready.
    member.guest.post(boot)
    expect(await large).toBe(member)
    for (const each of [member, other, second]) pool.release(each, 'reuse')
  })

  it('12.9 gives new modules to the guest that keeps the most of them, as long as it has room', async () => {
    const { pool } = createPool({ warm: 2 })
    pool.open(readyGuest)
    await pool.ready()
    const hot = await acquire(pool)
    hot.modules.kept('sha256:first', 1000)
    const cold = await acquire(pool)
    pool.release(hot, 'reuse')
    pool.release(cold, 'reuse')
    for (let i = 0; hot.modules.hasRoom; i++) {
      const next = await acquire(pool, `sha256:${i}`)
      expect(next).toBe(hot)
      next.modules.kept(`sha256:${i}`, MIB)
      pool.release(next, 'reuse')
    }
    const next = await acquire(pool, 'sha256:one more')
    expect(next).not.toBe(hot)
    pool.release(next, 'reuse')
  })

  it('gives a task another guest if the one that it waits for is lost', async () => {
    const { pool } = createPool({ warm: 1 })
    pool.open(start)
    const member = await acquire(pool)
    member.modules.kept('sha256:large', 2 * MIB)
    await pool.ready()
    pool.release(member, 'settling')
    const waiting = acquire(pool, 'sha256:large')
    member.guest.kill()
    const given = await waiting
    expect(given).not.toBe(member)
    pool.release(given, 'reuse')
  })

  it('withdraws a request that no longer waits', async () => {
    const { pool } = createPool()
    const granted = vi.fn()
    const withdraw = pool.acquire('sha256:none', { granted, refused: () => undefined })
    const waiting = acquire(pool)
    withdraw()
    pool.open(start)
    pool.release(await waiting, 'reuse')
    expect(granted).not.toHaveBeenCalled()
  })

  it('refuses those who wait after a few guests failed to start, and does not start them in a storm', async () => {
    const { pool, warnings } = createPool({ warm: 2 })
    let starts = 0
    pool.open(() => {
      starts += 1
      return startProcessGuest({ ...limits, entry: '/nowhere/child.js', wrapper: [] })
    })
    const ready = expect(pool.ready()).rejects.toThrow('no guest can be started')
    await expect(acquire(pool)).rejects.toThrow(/no guest can be started: it ended with status 1: .*nowhere/s)
    await ready
    expect(starts).toBeLessThanOrEqual(4)
    expect(warnings[0]).toContain('a guest failed during its start')
    await pool.close()
    expect(pool.pids()).toStrictEqual([])
  })

  it.each<[string, StartGuest]>([
    [
      'there is no such program',
      () => startProcessGuest({ ...limits, entry, wrapper: ['/nowhere/setpriv'] }),
    ],
    [
      'the system throws',
      () => {
        throw new Error('no memory left')
      },
    ],
    [
      'the program prints something else',
      () => startProcessGuest({ ...limits, entry, wrapper: ['/bin/echo'] }),
    ],
  ])('fails all waiting requests if %s', async (_what, startBadly) => {
    const { pool } = createPool()
    pool.open(startBadly)
    await expect(acquire(pool)).rejects.toThrow('no guest can be started')
  })

  it('recovers when guests can be started again', async () => {
    const { pool } = createPool()
    let starts = 0
    pool.open(() => {
      starts += 1
      return starts === 1 ? startProcessGuest({ ...limits, entry: '/nowhere.js', wrapper: [] }) : start()
    })
    pool.release(await acquire(pool), 'reuse')
    expect(starts).toBe(2)
  })

  it('is closed if a guest that was ended reports that it is ready, and exits in the same turn', async () => {
    const { pool } = createPool({ warm: 1 })
    let listener: GuestListener = DEAF
    const booted = new Promise<void>((resolve) => {
      const guest: Guest = {
        pid: undefined,
        counters: () => undefined,
        figures: () => undefined,
        residentBytes: () => undefined,
        listen: (next) => (listener = next),
        post: () => {
          resolve()
        },
        holdOutput: () => undefined,
        kill: () => {
          listener.message({ type: 'ready' })
          listener.closed({ how: 'ended', signal: undefined })
        },
      }
      pool.open(() => guest)
    })
    await booted
    await pool.close()
  })

  it('refuses once it is closed', async () => {
    const { pool } = createPool()
    const waiting = expect(acquire(pool)).rejects.toThrow('the runtime is closed')
    await pool.close()
    await waiting
    await expect(acquire(pool)).rejects.toThrow('the runtime is closed')
  })
})
