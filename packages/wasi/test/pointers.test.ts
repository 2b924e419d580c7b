import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ProcessExit, createPreview1 } from '../preview1.js'
import { AT, E, O, RIGHTS, RawGuest, functionOf, rawModule } from './guest.js'
import { eachInSandbox } from './sandbox-fixture.js'

const sandbox = eachInSandbox()
const ROOT = 3
const SIZE = 4 * 65_536

describe('pointers outside the memory', () => {
  const outside = [SIZE, SIZE - 3, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32 - 4]

  it.each(outside)('are EFAULT everywhere: %i', (bad) => {
    const { inside, guest } = sandbox.current
    writeFileSync(join(inside, 'f'), 'text')
    guest.put(AT.path, 'f')
    guest.iovec(AT.data, 4)
    const fd = guest.opened(ROOT, 'f', { rights: RIGHTS.all })
    guest.put(AT.path, 'f')
    const at = [AT.path, 1] as const
    const badPath = [bad, 5] as const
    const errnos = [
      guest.call('args_sizes_get', bad, AT.data),
      guest.call('args_sizes_get', AT.data, bad),
      guest.call('args_get', bad, AT.data),
      guest.call('args_get', AT.data, bad),
      guest.call('environ_sizes_get', bad, AT.data),
      guest.call('environ_sizes_get', AT.data, bad),
      guest.call('clock_res_get', 0, bad),
      guest.call('clock_time_get', 0, 0n, bad),
      guest.call('fd_fdstat_get', fd, bad),
      guest.call('fd_filestat_get', fd, bad),
      guest.call('fd_filestat_get', 1, bad),
      guest.call('fd_prestat_get', ROOT, bad),
      guest.call('fd_prestat_dir_name', ROOT, bad, 5),
      guest.call('fd_read', fd, bad, 1, AT.result),
      guest.call('fd_read', fd, AT.iovec, 1, bad),
      guest.call('fd_write', 1, bad, 1, AT.result),
      guest.call('fd_write', 1, AT.iovec, 1, bad),
      guest.call('fd_write', fd, AT.iovec, 1, bad),
      guest.call('fd_pread', fd, bad, 1, 0n, AT.result),
      guest.call('fd_pread', fd, AT.iovec, 1, 0n, bad),
      guest.call('fd_pwrite', fd, bad, 1, 0n, AT.result),
      guest.call('fd_pwrite', fd, AT.iovec, 1, 0n, bad),
      guest.call('fd_readdir', ROOT, bad, 5, 0n, AT.result),
      guest.call('fd_readdir', ROOT, AT.data, 5, 0n, bad),
      guest.call('fd_seek', fd, 1n, 0, bad),
      guest.call('fd_tell', fd, bad),
      guest.call('path_create_directory', ROOT, ...badPath),
      guest.call('path_filestat_get', ROOT, 0, ...badPath, AT.data),
      guest.call('path_filestat_get', ROOT, 0, ...at, bad),
      guest.call('path_filestat_set_times', ROOT, 0, ...badPath, 0n, 0n, 0),
      guest.call('path_link', ROOT, 0, ...badPath, ROOT, ...at),
      guest.call('path_link', ROOT, 0, ...at, ROOT, ...badPath),
      guest.call('path_open', ROOT, 0, ...badPath, 0, 0n, 0n, 0, AT.result),
      guest.call('path_open', ROOT, 0, ...at, 0, 0n, 0n, 0, bad),
      guest.call('path_readlink', ROOT, ...badPath, AT.data, 10, AT.result),
      guest.call('path_readlink', ROOT, ...at, AT.data, 10, bad),
      guest.call('path_remove_directory', ROOT, ...badPath),
      guest.call('path_rename', ROOT, ...badPath, ROOT, ...at),
      guest.call('path_rename', ROOT, ...at, ROOT, ...badPath),
      guest.call('path_symlink', ...badPath, ROOT, ...at),
      guest.call('path_symlink', ...at, ROOT, ...badPath),
      guest.call('path_unlink_file', ROOT, ...badPath),
      guest.call('poll_oneoff', bad, AT.data, 1, AT.result),
      guest.call('poll_oneoff', AT.data, bad, 1, AT.result),
      guest.call('poll_oneoff', AT.data, AT.data, 1, bad),
      guest.call('random_get', bad, 5),
    ]
    expect(errnos.map((errno, index) => [index, errno])).toStrictEqual(
      errnos.map((_, index) => [index, E.FAULT]),
    )
    expect(guest.stdout).toStrictEqual([])
    guest.call('fd_tell', fd, AT.result)
    expect(guest.result64).toBe(0n)
  })

  it('in an iovec are EFAULT, and nothing is written', () => {
    const { inside, guest } = sandbox.current
    writeFileSync(join(inside, 'f'), 'text')
    const fd = guest.opened(ROOT, 'f', { rights: RIGHTS.all })
    guest.iovec(AT.data, 4, 0)
    for (const [pointer, length] of [
      [SIZE - 3, 4],
      [2 ** 32 - 1, 1],
      [0, 2 ** 32 - 1],
      [2 ** 32 - 1, 2 ** 32 - 1],
    ] as const) {
      guest.iovec(pointer, length, 1)
      for (const name of ['fd_write', 'fd_read']) {
        expect(guest.call(name, fd, AT.iovec, 2, AT.result)).toBe(E.FAULT)
      }
      expect(guest.call('fd_write', 1, AT.iovec, 2, AT.result)).toBe(E.FAULT)
    }
    expect(guest.stdout).toStrictEqual([])
  })

  it('and counts that are too large are refused', () => {
    const { guest } = sandbox.current
    for (const count of [2 ** 32 - 1, 2 ** 31, 2 ** 29, SIZE / 8]) {
      expect(guest.call('fd_write', 1, AT.iovec, count, AT.result)).toBe(E.FAULT)
      expect(guest.call('fd_read', 0, AT.iovec, count, AT.result)).toBe(E.FAULT)
    }
    expect(guest.call('fd_write', 1, AT.data, 1024, AT.result)).toBe(E.SUCCESS)
    expect(guest.call('fd_write', 1, AT.data, 1025, AT.result)).toBe(E.INVAL)
    for (const length of [2 ** 32 - 1, 2 ** 31, SIZE]) {
      expect(guest.call('random_get', AT.data, length)).toBe(E.FAULT)
      expect(guest.call('path_create_directory', ROOT, AT.path, length)).toBe(E.FAULT)
      expect(guest.call('fd_readdir', ROOT, AT.data, length, 0n, AT.result)).toBe(E.FAULT)
      expect(guest.call('poll_oneoff', 0, 0, length, AT.result)).toBe(E.FAULT)
    }
  })

  it('do not open a file whose descriptor cannot be returned', () => {
    const { guest } = sandbox.current
    const [at, length] = guest.put(AT.path, 'new')
    const all = RIGHTS.all
    expect(guest.call('path_open', ROOT, 0, at, length, O.creat, all, all, 0, SIZE)).toBe(E.FAULT)
    expect(guest.stat(ROOT, 'new').errno).toBe(E.NOENT)
  })
})

describe('the memory', () => {
  it('may grow at any time', () => {
    const { guest } = sandbox.current
    expect(guest.write(1, 'before')).toBe(E.SUCCESS)
    guest.grow(1)
    guest.iovec(...guest.put(SIZE + 100, 'after'))
    expect(guest.call('fd_write', 1, AT.iovec, 1, SIZE + 8)).toBe(E.SUCCESS)
    expect(guest.bytes.readUInt32LE(SIZE + 8)).toBe(5)
    expect(Buffer.concat(guest.stdout).toString()).toBe('beforeafter')
  })

  it('is missing before bind', () => {
    const wasi = createPreview1({ args: [], env: {}, preopens: [], stdout: () => 0, stderr: () => 0 })
    const unbound = new WebAssembly.Instance(rawModule, { wasi_snapshot_preview1: wasi.imports })
    expect(functionOf(unbound, 'random_get')(0, 1)).toBe(E.FAULT)
    expect(functionOf(unbound, 'sched_yield')()).toBe(E.SUCCESS)
  })
})

describe('outputs', () => {
  it('receive a write in one piece up to 64 KiB, and larger ones buffer by buffer', () => {
    const { guest } = sandbox.current
    guest.put(AT.data, 'abcdef')
    guest.iovec(AT.data, 3, 0)
    guest.iovec(AT.data + 3, 3, 1)
    guest.call('fd_write', 1, AT.iovec, 2, AT.result)
    expect(guest.stdout.map(String)).toStrictEqual(['abcdef'])
    guest.iovec(0, 65_536, 1)
    guest.call('fd_write', 1, AT.iovec, 2, AT.result)
    expect(guest.result).toBe(65_539)
    expect(guest.stdout.map(({ length }) => length)).toStrictEqual([6, 3, 65_536])
    guest.call('fd_write', 1, AT.iovec, 0, AT.result)
    expect(guest.result).toBe(0)
    expect(guest.stdout).toHaveLength(3)
  })

  it('let an exception of a sink through, and continue to work', () => {
    const thrown = new Error('full')
    let full = true
    const guest = new RawGuest([], {
      stdout: () => {
        if (full) throw thrown
      },
    })
    expect(() => guest.write(1, 'x')).toThrow(thrown)
    full = false
    expect(guest.write(1, 'x')).toBe(E.SUCCESS)
    expect(guest.call('fd_close', 1)).toBe(E.SUCCESS)
    expect(guest.write(1, 'x')).toBe(E.BADF)
  })
})

describe('the rest', () => {
  it('exits with an exception that has all 32 bits', () => {
    const { guest } = sandbox.current
    for (const status of [0, 1, 2 ** 32 - 1]) {
      const exit = () => guest.call('proc_exit', status)
      expect(exit).toThrow(ProcessExit)
      expect(exit).toThrow(expect.objectContaining({ status }) as Error)
    }
  })

  it('has no signals, and yields', () => {
    const { guest } = sandbox.current
    expect(guest.call('proc_raise', 9)).toBe(E.NOTSUP)
    expect(guest.call('sched_yield')).toBe(E.SUCCESS)
  })

  it('fills any length with random bytes, and no more', () => {
    const { guest } = sandbox.current
    const length = 100_001
    expect(guest.call('random_get', AT.data, length)).toBe(E.SUCCESS)
    const drawn = guest.bytes.subarray(AT.data, AT.data + length)
    const distinct = (part: Buffer) => new Set(part).size
    expect(distinct(drawn.subarray(0, 10_000))).toBe(256)
    expect(distinct(drawn.subarray(-10_000))).toBe(256)
    expect(guest.bytes[AT.data + length]).toBe(0)
    expect(guest.call('random_get', SIZE, 0)).toBe(E.SUCCESS)
  })

  it('writes arguments and environment through pointers', () => {
    const guest = new RawGuest([], { args: ['a', 'bc'], env: { K: 'v' } })
    expect(guest.call('args_sizes_get', AT.result, AT.result + 4)).toBe(E.SUCCESS)
    expect([guest.result, guest.bytes.readUInt32LE(AT.result + 4)]).toStrictEqual([2, 5])
    expect(guest.call('args_get', AT.result, AT.data)).toBe(E.SUCCESS)
    expect(guest.bytes.readUInt32LE(AT.result + 4)).toBe(AT.data + 2)
    expect(guest.bytes.toString('utf8', AT.data, AT.data + 5)).toBe('a\0bc\0')
    expect(guest.call('environ_get', AT.result, AT.data)).toBe(E.SUCCESS)
    expect(guest.bytes.toString('utf8', AT.data, AT.data + 4)).toBe('K=v\0')
  })
})
