import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { HostError } from '../preview1.js'
import { checkProc, openPreopens } from '../host/preopens.js'
import { AT, E, O, RIGHTS, RawGuest } from './guest.js'
import { eachInSandbox } from './sandbox-fixture.js'

const sandbox = eachInSandbox()
const ROOT = 3

const FIRST_FILE = 5
const hostDescriptors = () => readdirSync('/proc/self/fd').length

function fdstat(guest: RawGuest, fd: number) {
  const errno = guest.call('fd_fdstat_get', fd, AT.data)
  const { bytes } = guest
  return {
    errno,
    type: bytes.readUInt8(AT.data),
    flags: bytes.readUInt16LE(AT.data + 2),
    rights: bytes.readBigUInt64LE(AT.data + 8),
    inheriting: bytes.readBigUInt64LE(AT.data + 16),
  }
}

describe('descriptors', () => {
  it('are the lowest free numbers', () => {
    const { inside, guest } = sandbox.current
    writeFileSync(join(inside, 'f'), '')
    const opened = [1, 2, 3].map(() => guest.opened(ROOT, 'f'))
    expect(opened).toStrictEqual([FIRST_FILE, FIRST_FILE + 1, FIRST_FILE + 2])
    expect(guest.call('fd_close', FIRST_FILE + 1)).toBe(E.SUCCESS)
    expect(guest.call('fd_close', FIRST_FILE + 1)).toBe(E.BADF)
    expect(guest.opened(ROOT, 'f')).toBe(FIRST_FILE + 1)
  })

  it('can be renumbered', () => {
    const { inside, guest } = sandbox.current
    writeFileSync(join(inside, 'f'), 'F')
    const fd = guest.opened(ROOT, 'f')
    expect(guest.call('fd_renumber', fd, 0)).toBe(E.SUCCESS)
    expect(guest.call('fd_tell', fd, AT.result)).toBe(E.BADF)
    expect(guest.call('fd_renumber', 0, 0)).toBe(E.SUCCESS)
    expect(guest.read(0)).toBe('F')
    expect(guest.call('fd_renumber', 0, 99)).toBe(E.BADF)
    expect(guest.call('fd_renumber', 99, 0)).toBe(E.BADF)
  })

  it('are limited to 1024, and closing one makes room', () => {
    const { inside, guest } = sandbox.current
    writeFileSync(join(inside, 'f'), '')
    const before = hostDescriptors()
    for (let fd = FIRST_FILE; fd < 1024; fd++) guest.opened(ROOT, 'f')
    const full = hostDescriptors()
    expect(full - before).toBe(1024 - FIRST_FILE)
    expect(guest.open(ROOT, 'f')).toBe(E.MFILE)
    expect(guest.open(ROOT, 'new', { flags: O.creat, rights: RIGHTS.write })).toBe(E.MFILE)
    expect(hostDescriptors()).toBe(full)
    expect(readdirSync(inside)).toStrictEqual(['f'])
    guest.call('fd_close', 500)
    expect(guest.opened(ROOT, 'f')).toBe(500)
  })

  it('that do not exist are EBADF for every function', () => {
    const { guest } = sandbox.current
    guest.put(AT.path, 'x')
    const at = [AT.path, 1] as const
    for (const fd of [99, -1, 2 ** 31]) {
      const errnos = [
        guest.call('fd_advise', fd, 0n, 0n, 0),
        guest.call('fd_allocate', fd, 0n, 1n),
        guest.call('fd_close', fd),
        guest.call('fd_datasync', fd),
        guest.call('fd_fdstat_get', fd, AT.data),
        guest.call('fd_fdstat_set_flags', fd, 0),
        guest.call('fd_fdstat_set_rights', fd, 0n, 0n),
        guest.call('fd_filestat_get', fd, AT.data),
        guest.call('fd_filestat_set_size', fd, 0n),
        guest.call('fd_filestat_set_times', fd, 0n, 0n, 0),
        guest.call('fd_pread', fd, AT.iovec, 0, 0n, AT.result),
        guest.call('fd_prestat_get', fd, AT.data),
        guest.call('fd_prestat_dir_name', fd, AT.data, 100),
        guest.call('fd_pwrite', fd, AT.iovec, 0, 0n, AT.result),
        guest.call('fd_read', fd, AT.iovec, 0, AT.result),
        guest.call('fd_readdir', fd, AT.data, 100, 0n, AT.result),
        guest.call('fd_renumber', fd, ROOT),
        guest.call('fd_seek', fd, 0n, 0, AT.result),
        guest.call('fd_sync', fd),
        guest.call('fd_tell', fd, AT.result),
        guest.call('fd_write', fd, AT.iovec, 0, AT.result),
        guest.call('path_create_directory', fd, ...at),
        guest.call('path_filestat_get', fd, 0, ...at, AT.data),
        guest.call('path_filestat_set_times', fd, 0, ...at, 0n, 0n, 0),
        guest.call('path_link', fd, 0, ...at, ROOT, ...at),
        guest.call('path_link', ROOT, 0, ...at, fd, ...at),
        guest.call('path_open', fd, 0, ...at, 0, 0n, 0n, 0, AT.result),
        guest.call('path_readlink', fd, ...at, AT.data, 10, AT.result),
        guest.call('path_remove_directory', fd, ...at),
        guest.call('path_rename', fd, ...at, ROOT, ...at),
        guest.call('path_rename', ROOT, ...at, fd, ...at),
        guest.call('path_symlink', ...at, fd, ...at),
        guest.call('path_unlink_file', fd, ...at),
        guest.call('sock_accept', fd, 0, AT.result),
        guest.call('sock_recv', fd, AT.iovec, 0, 0, AT.result, AT.data),
        guest.call('sock_send', fd, AT.iovec, 0, 0, AT.result),
        guest.call('sock_shutdown', fd, 3),
      ]
      expect(new Set(errnos)).toStrictEqual(new Set([E.BADF]))
    }
  })

  it('of the wrong kind are refused: files as directories, streams as files, everything as a socket', () => {
    const { inside, guest } = sandbox.current
    writeFileSync(join(inside, 'f'), '')
    const file = guest.opened(ROOT, 'f')
    for (const fd of [0, 1, file]) {
      expect(guest.open(fd, 'x')).toBe(E.NOTDIR)
      expect(guest.call('fd_readdir', fd, AT.data, 100, 0n, AT.result)).toBe(E.NOTDIR)
      expect(guest.call('fd_prestat_get', fd, AT.data)).toBe(E.BADF)
      expect(guest.call('sock_accept', fd, 0, AT.result)).toBe(E.NOTSOCK)
      expect(guest.call('sock_recv', fd, AT.iovec, 0, 0, AT.result, AT.data)).toBe(E.NOTSOCK)
      expect(guest.call('sock_send', fd, AT.iovec, 0, 0, AT.result)).toBe(E.NOTSOCK)
      expect(guest.call('sock_shutdown', fd, 3)).toBe(E.NOTSOCK)
    }
    for (const fd of [0, 1]) {
      expect(guest.call('fd_seek', fd, 0n, 1, AT.result)).toBe(E.SPIPE)
      expect(guest.call('fd_tell', fd, AT.result)).toBe(E.SPIPE)
      expect(guest.call('fd_pread', fd, AT.iovec, 0, 0n, AT.result)).toBe(E.SPIPE)
      expect(guest.call('fd_pwrite', fd, AT.iovec, 0, 0n, AT.result)).toBe(E.SPIPE)
    }
    expect(guest.read(1)).toBe(E.BADF)
    expect(guest.write(0, 'x')).toBe(E.BADF)
    expect(guest.read(0)).toBe('')
  })

  it('name the preopens', () => {
    const { guest } = sandbox.current
    expect(guest.call('fd_prestat_get', 4, AT.data)).toBe(E.SUCCESS)
    expect(guest.bytes.readUInt32LE(AT.data)).toBe(0)
    expect(guest.bytes.readUInt32LE(AT.data + 4)).toBe(3)
    expect(guest.call('fd_prestat_dir_name', 4, AT.data, 3)).toBe(E.SUCCESS)
    expect(guest.bytes.toString('utf8', AT.data, AT.data + 3)).toBe('/ro')
    expect(guest.call('fd_prestat_dir_name', 4, AT.data, 2)).toBe(E.NAMETOOLONG)
    mkdirSync(join(sandbox.current.inside, 'd'))
    expect(guest.call('fd_prestat_get', guest.opened(ROOT, 'd'), AT.data)).toBe(E.BADF)
  })
})

describe('rights', () => {
  it('include those that a C library checks', () => {
    const { inside, guest } = sandbox.current
    writeFileSync(join(inside, 'f'), '')
    const root = fdstat(guest, ROOT)
    expect(root).toMatchObject({ errno: E.SUCCESS, type: 3, flags: 0 })
    expect(root.inheriting & (RIGHTS.read | RIGHTS.write)).toBe(RIGHTS.read | RIGHTS.write)
    const written = fdstat(guest, guest.opened(ROOT, 'f', { rights: RIGHTS.write, fdflags: 5 }))
    expect(written).toMatchObject({ type: 4, flags: 5 })
    expect(written.rights & (RIGHTS.read | RIGHTS.write)).toBe(RIGHTS.write)
    expect(fdstat(guest, 0)).toMatchObject({ type: 0 })
    expect(fdstat(guest, 1).rights & (RIGHTS.read | RIGHTS.write | RIGHTS.seek)).toBe(RIGHTS.write)
  })

  it('to read and write are those that were requested', () => {
    const { inside, guest } = sandbox.current
    writeFileSync(join(inside, 'f'), 'text')
    const reader = guest.opened(ROOT, 'f')
    const writer = guest.opened(ROOT, 'f', { rights: RIGHTS.write })
    const neither = guest.opened(ROOT, 'f', { rights: 0n })
    expect([guest.read(reader), guest.write(reader, 'x')]).toStrictEqual(['text', E.BADF])
    expect([guest.read(writer), guest.write(writer, 'x')]).toStrictEqual([E.BADF, E.SUCCESS])
    expect([guest.read(neither), guest.write(neither, 'x')]).toStrictEqual([E.BADF, E.BADF])
    expect(guest.call('fd_filestat_get', neither, AT.data)).toBe(E.SUCCESS)
  })

  it('can be dropped, and do not come back', () => {
    const { inside, guest } = sandbox.current
    writeFileSync(join(inside, 'f'), 'text')
    const { rights, inheriting } = fdstat(guest, ROOT)
    const open = 1n << 13n
    expect(guest.call('fd_fdstat_set_rights', ROOT, rights, inheriting & ~RIGHTS.write)).toBe(E.SUCCESS)
    expect(guest.write(guest.opened(ROOT, 'f', { rights: RIGHTS.read | RIGHTS.write }), 'x')).toBe(E.BADF)
    expect(guest.call('fd_fdstat_set_rights', ROOT, rights & ~open, 0n)).toBe(E.SUCCESS)
    expect(guest.open(ROOT, 'f')).toBe(E.NOTCAPABLE)
    expect(guest.call('fd_fdstat_set_rights', ROOT, rights, 0n)).toBe(E.NOTCAPABLE)
    expect(guest.call('fd_fdstat_set_rights', ROOT, 0n, 1n)).toBe(E.NOTCAPABLE)
    expect(guest.call('fd_fdstat_set_rights', ROOT, -1n, 0n)).toBe(E.NOTCAPABLE)
    expect(fdstat(guest, ROOT)).toMatchObject({ rights: rights & ~open, inheriting: 0n })
  })

  it('to set flags exclude unknown ones', () => {
    const { guest } = sandbox.current
    expect(guest.call('fd_fdstat_set_flags', 1, 4)).toBe(E.SUCCESS)
    expect(fdstat(guest, 1).flags).toBe(4)
    for (const flags of [32, -1]) expect(guest.call('fd_fdstat_set_flags', 1, flags)).toBe(E.INVAL)
  })
})

describe('host descriptors', () => {
  it('do not leak, whatever fails, and close releases all of them', () => {
    const { inside, outside } = sandbox.current
    mkdirSync(join(inside, 'd/e'), { recursive: true })
    writeFileSync(join(inside, 'd/f'), 'F')
    const before = hostDescriptors()
    const guest = new RawGuest([{ hostPath: inside, guestPath: '/', readonly: false }])
    expect(hostDescriptors()).toBe(before + 1)
    guest.symlink('loop', ROOT, 'loop')
    guest.symlink('d', ROOT, 'l')
    const paths = [
      'd/e/../../..',
      'd/e/none',
      'd/f/x',
      'loop/x',
      'l/e/../f/',
      'l/none/x',
      'd/e/../e/x'.repeat(40),
    ]
    for (let round = 0; round < 20; round++) {
      for (const path of paths) {
        expect(guest.open(ROOT, path)).not.toBe(E.SUCCESS)
        expect(guest.stat(ROOT, path).errno).not.toBe(E.SUCCESS)
        expect(guest.rename(ROOT, 'd/e', ROOT, path)).not.toBe(E.SUCCESS)
        expect(guest.link(ROOT, path, ROOT, 'd/e/new')).not.toBe(E.SUCCESS)
        expect(guest.setTimes(ROOT, path, 0n, 0n)).not.toBe(E.SUCCESS)
      }
      expect(guest.open(ROOT, 'd/f', { flags: O.directory })).toBe(E.NOTDIR)
      expect(guest.open(ROOT, 'd/e', { rights: RIGHTS.write })).toBe(E.ISDIR)
      expect(guest.open(ROOT, 'd/f', { flags: O.creat | O.excl, rights: RIGHTS.write })).toBe(E.EXIST)
    }
    expect(hostDescriptors()).toBe(before + 1)
    const directory = guest.opened(ROOT, 'l/e/..')
    const file = guest.opened(directory, 'f', { rights: RIGHTS.write, fdflags: 1 })
    guest.write(file, 'x')
    guest.call('fd_readdir', ROOT, AT.data, 30, 0n, AT.result)
    guest.call('fd_readdir', directory, AT.data, 30, 0n, AT.result)
    expect(hostDescriptors()).toBeGreaterThan(before + 3)
    guest.close()
    expect(hostDescriptors()).toBe(before)
    expect(guest.open(ROOT, 'd')).toBe(E.BADF)
    guest.close()
    expect(readdirSync(outside)).toStrictEqual(['secret'])
  })

  it('are closed one by one by a guest', () => {
    const { inside, guest } = sandbox.current
    mkdirSync(join(inside, 'd'))
    const before = hostDescriptors()
    const directory = guest.opened(ROOT, 'd')
    guest.call('fd_readdir', directory, AT.data, 30, 0n, AT.result)
    const file = guest.opened(ROOT, 'f', { flags: O.creat, rights: RIGHTS.write, fdflags: 1 })
    guest.write(file, 'x')
    expect(guest.call('fd_close', directory)).toBe(E.SUCCESS)
    expect(guest.call('fd_renumber', file, 0)).toBe(E.SUCCESS)
    expect(guest.call('fd_close', 0)).toBe(E.SUCCESS)
    expect(hostDescriptors()).toBe(before)
  })
})

describe('a preopen', () => {
  const errorOf = (work: () => unknown) => {
    try {
      work()
    } catch (error) {
      if (error instanceof HostError) return error
      throw error
    }
    throw new Error('expected an error')
  }

  it('that cannot be opened is a clear error, and leaves nothing open', () => {
    const { inside } = sandbox.current
    writeFileSync(join(inside, 'f'), '')
    const before = hostDescriptors()
    const good = { hostPath: inside, guestPath: '/', readonly: false }
    const open = (hostPath: string, guestPath = '/') =>
      errorOf(() => openPreopens([good, { hostPath, guestPath, readonly: false }]))
    expect(open(join(inside, 'none'))).toMatchObject({
      code: 'ENOENT',
      message: expect.stringContaining('none') as unknown,
    })
    expect(open(join(inside, 'f')).code).toBe('ENOTDIR')
    expect(open(inside, '')).toMatchObject({
      code: 'EINVAL',
      message: expect.stringContaining(inside) as unknown,
    })
    expect(hostDescriptors()).toBe(before)
  })

  it('is refused where /proc is missing', () => {
    const missing = errorOf(() => checkProc(0, '/nowhere/self/fd/0/.'))
    expect(missing).toMatchObject({
      code: 'ENOTSUP',
      message: 'directories for guests need /proc to be mounted',
    })
  })
})
