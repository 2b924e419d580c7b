import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { micros } from './micros.js'
import { AT, E, O, RIGHTS } from './guest.js'
import { eachInSandbox } from './sandbox-fixture.js'

const sandbox = eachInSandbox()
const ROOT = 3
const readWrite = { flags: O.creat, rights: RIGHTS.all }

/** `whence` of `fd_seek`, from wasi/api.h. */
const SET = 0
const CUR = 1
const END = 2

describe('a file', () => {
  it('is read and written at its position, through several buffers', () => {
    const { inside, guest } = sandbox.current
    const fd = guest.opened(ROOT, 'f', readWrite)
    guest.put(AT.data, 'onetwothree')
    guest.iovec(AT.data, 3, 0)
    guest.iovec(0, 0, 1)
    guest.iovec(AT.data + 3, 8, 2)
    expect(guest.call('fd_write', fd, AT.iovec, 3, AT.result)).toBe(E.SUCCESS)
    expect(guest.result).toBe(11)
    expect(readFileSync(join(inside, 'f'), 'utf8')).toBe('onetwothree')
    expect(guest.read(fd)).toBe('')
    expect(guest.call('fd_seek', fd, 3n, SET, AT.result)).toBe(E.SUCCESS)
    guest.iovec(AT.data + 100, 3, 0)
    guest.iovec(AT.data + 200, 100, 1)
    expect(guest.call('fd_read', fd, AT.iovec, 2, AT.result)).toBe(E.SUCCESS)
    expect(guest.result).toBe(8)
    expect(guest.bytes.toString('utf8', AT.data + 100, AT.data + 103)).toBe('two')
    expect(guest.bytes.toString('utf8', AT.data + 200, AT.data + 205)).toBe('three')
    expect(guest.call('fd_tell', fd, AT.result)).toBe(E.SUCCESS)
    expect(guest.result64).toBe(11n)
  })

  it('is read and written elsewhere without moving the position', () => {
    const { guest } = sandbox.current
    const fd = guest.opened(ROOT, 'f', readWrite)
    guest.write(fd, 'hello')
    guest.iovec(...guest.put(AT.data, 'HE'))
    expect(guest.call('fd_pwrite', fd, AT.iovec, 1, 0n, AT.result)).toBe(E.SUCCESS)
    guest.iovec(AT.data, 100)
    expect(guest.call('fd_pread', fd, AT.iovec, 1, 1n, AT.result)).toBe(E.SUCCESS)
    expect(guest.bytes.toString('utf8', AT.data, AT.data + guest.result)).toBe('Ello')
    guest.call('fd_tell', fd, AT.result)
    expect(guest.result64).toBe(5n)
  })

  it('can be positioned from start, position and end, but not before the start or beyond the maximum size', () => {
    const { guest } = sandbox.current
    const fd = guest.opened(ROOT, 'f', readWrite)
    guest.write(fd, 'hello')
    const seek = (delta: bigint, whence: number) => {
      const errno = guest.call('fd_seek', fd, delta, whence, AT.result)
      return errno === E.SUCCESS ? guest.result64 : errno
    }
    expect(seek(-2n, CUR)).toBe(3n)
    expect(seek(-1n, END)).toBe(4n)
    expect(seek(10n, END)).toBe(15n)
    expect(seek(1n, SET)).toBe(1n)
    for (const [delta, whence] of [
      [-1n, SET],
      [-2n, CUR],
      [-6n, END],
      [2n ** 63n - 1n, SET],
      [2n ** 63n - 1n, END],
      [-(2n ** 63n), CUR],
      [0n, 3],
      [0n, -1],
    ] as const) {
      expect(seek(delta, whence)).toBe(E.INVAL)
    }
    expect(seek(0n, CUR)).toBe(1n)
  })

  it('is appended to wherever the position is, until the flag is cleared', () => {
    const { inside, guest } = sandbox.current
    writeFileSync(join(inside, 'f'), 'start')
    const fd = guest.opened(ROOT, 'f', { rights: RIGHTS.all, fdflags: 1 })
    writeFileSync(join(inside, 'f'), ' others', { flag: 'a' })
    guest.write(fd, ' mine')
    guest.call('fd_tell', fd, AT.result)
    expect(guest.result64).toBe(17n)
    guest.iovec(...guest.put(AT.data, 'S'))
    expect(guest.call('fd_pwrite', fd, AT.iovec, 1, 0n, AT.result)).toBe(E.SUCCESS)
    expect(guest.call('fd_fdstat_set_flags', fd, 0)).toBe(E.SUCCESS)
    guest.call('fd_seek', fd, 1n, SET, AT.result)
    guest.write(fd, 'T')
    expect(readFileSync(join(inside, 'f'), 'utf8')).toBe('STart others mine')
  })

  it('is written through if requested, and synchronised', () => {
    const { inside, guest } = sandbox.current
    for (const fdflags of [2, 8, 16]) {
      const fd = guest.opened(ROOT, `f${fdflags}`, { ...readWrite, fdflags })
      expect(guest.write(fd, 'text')).toBe(E.SUCCESS)
      expect(guest.call('fd_sync', fd)).toBe(E.SUCCESS)
      expect(guest.call('fd_datasync', fd)).toBe(E.SUCCESS)
      expect(readFileSync(join(inside, `f${fdflags}`), 'utf8')).toBe('text')
    }
    expect(guest.call('fd_sync', ROOT)).toBe(E.SUCCESS)
    expect(guest.call('fd_datasync', ROOT)).toBe(E.SUCCESS)
    expect(guest.call('fd_sync', 1)).toBe(E.INVAL)
  })

  it('can be resized, up to the limit of the file system', () => {
    const { inside, guest } = sandbox.current
    const fd = guest.opened(ROOT, 'f', readWrite)
    const size = () => statSync(join(inside, 'f')).size
    expect(guest.call('fd_filestat_set_size', fd, 100n)).toBe(E.SUCCESS)
    expect(size()).toBe(100)
    expect(guest.call('fd_allocate', fd, 50n, 60n)).toBe(E.SUCCESS)
    expect(size()).toBe(110)
    expect(guest.call('fd_allocate', fd, 0n, 10n)).toBe(E.SUCCESS)
    expect(size()).toBe(110)
    expect(guest.call('fd_allocate', fd, 0n, 0n)).toBe(E.INVAL)
    for (const huge of [2n ** 62n, 2n ** 63n - 1n]) {
      expect(guest.call('fd_filestat_set_size', fd, huge)).toBe(E.FBIG)
      expect(guest.call('fd_allocate', fd, huge, huge)).toBe(E.FBIG)
    }
    for (const negative of [-1n, -(2n ** 63n)]) {
      expect(guest.call('fd_filestat_set_size', fd, negative)).toBe(E.INVAL)
      expect(guest.call('fd_allocate', fd, negative, 1n)).toBe(E.INVAL)
      expect(guest.call('fd_allocate', fd, 0n, negative)).toBe(E.INVAL)
      expect(guest.call('fd_advise', fd, negative, 0n, 0)).toBe(E.INVAL)
      guest.iovec(AT.data, 1)
      expect(guest.call('fd_pread', fd, AT.iovec, 1, negative, AT.result)).toBe(E.INVAL)
      expect(guest.call('fd_pwrite', fd, AT.iovec, 1, negative, AT.result)).toBe(E.INVAL)
    }
    expect(guest.call('fd_advise', fd, 0n, 0n, 5)).toBe(E.SUCCESS)
    expect(guest.call('fd_advise', fd, 0n, 0n, 6)).toBe(E.INVAL)
    expect(size()).toBe(110)
  })

  it('is neither read nor written at positions that no file has', () => {
    const { inside, guest } = sandbox.current
    const fd = guest.opened(ROOT, 'f', readWrite)
    guest.write(fd, 'text')
    guest.iovec(AT.data, 4)
    expect(guest.call('fd_pread', fd, AT.iovec, 1, 2n ** 60n, AT.result)).toBe(E.SUCCESS)
    expect(guest.result).toBe(0)
    expect(guest.call('fd_pwrite', fd, AT.iovec, 1, 2n ** 60n, AT.result)).toBe(E.FBIG)
    expect(readFileSync(join(inside, 'f'), 'utf8')).toBe('text')
  })

  it('can get times: given ones, the current time, or none', () => {
    const { inside, guest } = sandbox.current
    const fd = guest.opened(ROOT, 'f', readWrite)
    const times = (name: string) => {
      const { atimeNs, mtimeNs } = statSync(join(inside, name), { bigint: true })
      return [micros(atimeNs), micros(mtimeNs)]
    }
    const second = 1_700_000_000_000_000_000n
    const exact = second + 123_456_000n
    expect(guest.call('fd_filestat_set_times', fd, second, exact, 5)).toBe(E.SUCCESS)
    expect(times('f')).toStrictEqual([second, exact])
    expect(guest.setTimes(ROOT, 'f', 5n, 2_000_000_000n, 4)).toBe(E.SUCCESS)
    expect(times('f')).toStrictEqual([second, 2_000_000_000n])
    expect(guest.setTimes(ROOT, 'f', 5n, 5n, 0)).toBe(E.SUCCESS)
    expect(times('f')).toStrictEqual([second, 2_000_000_000n])
    const ancient = new Date(-5_250)
    utimesSync(join(inside, 'f'), ancient, ancient)
    expect(guest.setTimes(ROOT, 'f', 5n, 1_000_000_000n, 4)).toBe(E.SUCCESS)
    expect(times('f')).toStrictEqual([-5_250_000_000n, 1_000_000_000n])
    for (let microsecond = 0n; microsecond < 1_000_000n; microsecond += 7919n) {
      const time = second + microsecond * 1000n
      guest.call('fd_filestat_set_times', fd, time, time, 5)
      expect(times('f')).toStrictEqual([time, time])
    }
    const before = BigInt(Date.now()) * 1_000_000n
    expect(guest.setTimes(ROOT, 'f', 5n, 5n, 2 | 8)).toBe(E.SUCCESS)
    for (const time of times('f')) expect(time).toBeGreaterThanOrEqual(before)
    expect(guest.call('fd_filestat_set_times', ROOT, second, second, 5)).toBe(E.SUCCESS)
    expect(times('.')).toStrictEqual([second, second])
    for (const nonsense of [3, 12, 16]) {
      expect(guest.setTimes(ROOT, 'f', 5n, 5n, nonsense)).toBe(E.INVAL)
      expect(guest.call('fd_filestat_set_times', fd, 5n, 5n, nonsense)).toBe(E.INVAL)
    }
    expect(guest.call('fd_filestat_set_times', 1, 5n, 5n, 5)).toBe(E.INVAL)
  })

  it('that is a symbolic link not followed gets its own times', () => {
    const { inside, guest } = sandbox.current
    writeFileSync(join(inside, 'f'), '')
    guest.symlink('f', ROOT, 'l')
    expect(guest.setTimes(ROOT, 'l', 0n, 1_000_000_000n, 4, true)).toBe(E.SUCCESS)
    expect(statSync(join(inside, 'f')).mtimeMs).toBe(1000)
    expect(guest.setTimes(ROOT, 'l', 0n, 3_000_000_000n, 4, false)).toBe(E.SUCCESS)
    expect(statSync(join(inside, 'f')).mtimeMs).toBe(1000)
  })

  it('shows its attributes', () => {
    const { inside, guest } = sandbox.current
    writeFileSync(join(inside, 'f'), 'text')
    const host = statSync(join(inside, 'f'), { bigint: true })
    const fd = guest.opened(ROOT, 'f')
    expect(guest.call('fd_filestat_get', fd, AT.data)).toBe(E.SUCCESS)
    const numbers = Array.from({ length: 8 }, (_, index) => guest.bytes.readBigUInt64LE(AT.data + index * 8))
    expect(numbers).toStrictEqual([
      ...[host.dev, host.ino, 4n, host.nlink, 4n],
      ...[host.atimeNs, host.mtimeNs, host.ctimeNs],
    ])
    expect(guest.call('fd_filestat_get', 1, AT.data)).toBe(E.SUCCESS)
    expect(guest.bytes.subarray(AT.data, AT.data + 64).every((byte) => byte === 0)).toBe(true)
  })
})

describe('path_open', () => {
  it('creates, keeps, truncates and refuses as its flags say', () => {
    const { inside, guest } = sandbox.current
    const contents = () => readFileSync(join(inside, 'f'), 'utf8')
    const write = RIGHTS.read | RIGHTS.write
    expect(guest.open(ROOT, 'f', { flags: O.excl, rights: write })).toBe(E.NOENT)
    expect(guest.open(ROOT, 'f', { flags: O.trunc, rights: write })).toBe(E.NOENT)
    guest.write(guest.opened(ROOT, 'f', { flags: O.creat | O.excl, rights: write }), 'text')
    expect(guest.open(ROOT, 'f', { flags: O.creat | O.excl, rights: write })).toBe(E.EXIST)
    expect(guest.open(ROOT, 'f', { flags: O.creat, rights: write })).toBe(E.SUCCESS)
    expect(contents()).toBe('text')
    expect(guest.open(ROOT, 'f', { flags: O.creat | O.trunc, rights: write })).toBe(E.SUCCESS)
    expect(contents()).toBe('')
    expect(guest.open(ROOT, 'f', { flags: O.directory })).toBe(E.NOTDIR)
    for (const more of [O.creat, O.excl, O.trunc]) {
      expect(guest.open(ROOT, 'd', { flags: O.directory | more })).toBe(E.INVAL)
    }
    expect(guest.open(ROOT, 'f', { flags: 16 })).toBe(E.INVAL)
    expect(guest.open(ROOT, 'f', { fdflags: 32 })).toBe(E.INVAL)
    expect(guest.stat(ROOT, 'd').errno).toBe(E.NOENT)
  })

  it('opens directories for reading only', () => {
    const { inside, guest } = sandbox.current
    mkdirSync(join(inside, 'd'))
    expect(guest.open(ROOT, 'd')).toBe(E.SUCCESS)
    const withoutWriting = RIGHTS.all & ~RIGHTS.write
    expect(guest.open(ROOT, 'd', { flags: O.directory, rights: withoutWriting })).toBe(E.SUCCESS)
    expect(guest.open(ROOT, 'd', { rights: RIGHTS.write })).toBe(E.ISDIR)
    expect(guest.open(ROOT, 'd', { flags: O.trunc })).toBe(E.ISDIR)
    expect(guest.open(ROOT, 'd', { flags: O.creat })).toBe(E.ISDIR)
    expect(guest.open(ROOT, 'd', { flags: O.creat | O.excl, rights: RIGHTS.write })).toBe(E.EXIST)
    const fd = guest.opened(ROOT, 'd')
    expect(guest.read(fd)).toBe(E.ISDIR)
    expect(guest.write(fd, 'x')).toBe(E.BADF)
    expect(guest.call('fd_seek', fd, 0n, SET, AT.result)).toBe(E.ISDIR)
  })

  it('creates the target of a dangling link inside, not another file', () => {
    const { inside, guest } = sandbox.current
    guest.symlink('target', ROOT, 'l')
    expect(guest.open(ROOT, 'l', { ...readWrite, follow: false })).toBe(E.LOOP)
    expect(guest.open(ROOT, 'l', readWrite)).toBe(E.SUCCESS)
    expect(statSync(join(inside, 'target')).isFile()).toBe(true)
  })

  it('of a file that is then removed leaves it usable', () => {
    const { inside, guest } = sandbox.current
    const fd = guest.opened(ROOT, 'f', readWrite)
    guest.write(fd, 'text')
    rmSync(join(inside, 'f'))
    guest.call('fd_seek', fd, 0n, SET, AT.result)
    expect(guest.read(fd)).toBe('text')
  })
})
