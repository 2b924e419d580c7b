import { execFileSync } from 'node:child_process'
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ESCAPES, layEscapes } from './escapes.js'
import { AT, E, O, RIGHTS, RawGuest } from './guest.js'
import { eachInSandbox } from './sandbox-fixture.js'

const sandbox = eachInSandbox()
const ROOT = 3
const READONLY = 4

/** Tries every function that takes a path on `path`, and returns the errnos. */
const lookups = (guest: RawGuest, fd: number, path: string): number[] => [
  guest.open(fd, path),
  guest.stat(fd, path).errno,
  guest.setTimes(fd, path, 0n, 0n),
  guest.path('path_create_directory', fd, path),
  guest.path('path_unlink_file', fd, path),
  guest.path('path_remove_directory', fd, path),
  guest.path('path_readlink', fd, path, AT.data, 100, AT.result),
  guest.symlink('target', fd, path),
  guest.rename(fd, path, fd, 'new'),
  guest.rename(fd, 'existing', fd, path),
  guest.link(fd, path, fd, 'new'),
  guest.link(fd, 'existing', fd, path),
  guest.open(fd, path, { flags: O.creat, rights: RIGHTS.write }),
]

describe('a path that leads out', () => {
  it.each(ESCAPES)('is refused: %s', (path) => {
    const { inside, outside, guest } = sandbox.current
    layEscapes(inside, outside)
    expect(new Set(lookups(guest, ROOT, path))).toStrictEqual(new Set([E.PERM]))
    expect(readdirSync(outside)).toStrictEqual(['secret'])
  })

  it('is refused as a final symbolic link that is followed', () => {
    const { inside, outside, guest } = sandbox.current
    symlinkSync(join(outside, 'secret'), join(inside, 'absolute'))
    symlinkSync('../outside/secret', join(inside, 'relative'))
    symlinkSync('../outside/new', join(inside, 'dangling'))
    const creating = { flags: O.creat, rights: RIGHTS.write }
    for (const name of ['absolute', 'relative']) {
      expect(guest.open(ROOT, name)).toBe(E.PERM)
      expect(guest.open(ROOT, name, { follow: false })).toBe(E.LOOP)
      expect(guest.open(ROOT, name, { flags: O.directory, follow: false })).toBe(E.NOTDIR)
      expect(guest.open(ROOT, name, { flags: O.trunc, rights: RIGHTS.write })).toBe(E.PERM)
      expect(guest.open(ROOT, `${name}/`)).toBe(E.PERM)
      expect(guest.stat(ROOT, name).errno).toBe(E.PERM)
      expect(guest.stat(ROOT, name, false)).toMatchObject({ errno: E.SUCCESS, type: 7 })
      expect(guest.link(ROOT, name, ROOT, 'linked', true)).toBe(E.PERM)
    }
    expect(guest.open(ROOT, 'dangling', creating)).toBe(E.PERM)
    expect(guest.open(ROOT, 'dangling', { ...creating, flags: O.creat | O.excl })).toBe(E.EXIST)
    expect(readdirSync(outside)).toStrictEqual(['secret'])
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('SECRET')
  })

  it('is refused after the directory was moved out', () => {
    const { inside, outside, guest } = sandbox.current
    mkdirSync(join(inside, 'd/e'), { recursive: true })
    const held = guest.opened(ROOT, 'd', { flags: O.directory })
    const deeper = guest.opened(held, 'e', { flags: O.directory })
    renameSync(join(inside, 'd'), join(outside, 'd'))
    for (const path of ['..', '../secret', 'e/../../secret']) expect(guest.open(held, path)).toBe(E.PERM)
    for (const path of ['..', '../..', '../../secret']) expect(guest.open(deeper, path)).toBe(E.PERM)
    expect(guest.open(held, 'e/..')).toBe(E.SUCCESS)
    expect(guest.open(ROOT, 'd/..')).toBe(E.NOENT)
  })

  it('does not lead into another directory either: a path stays below the directory it starts in', () => {
    const { guest } = sandbox.current
    expect(guest.path('path_create_directory', ROOT, 'd')).toBe(E.SUCCESS)
    const held = guest.opened(ROOT, 'd', { flags: O.directory })
    expect(guest.open(held, '..')).toBe(E.PERM)
    expect(guest.open(held, '../d')).toBe(E.PERM)
  })

  it('does not show in what readlink gives', () => {
    const { inside, outside, guest } = sandbox.current
    symlinkSync(outside, join(inside, 'absolute'))
    symlinkSync('../outside', join(inside, 'relative'))
    expect(guest.path('path_readlink', ROOT, 'absolute', AT.data, 100, AT.result)).toBe(E.PERM)
    expect(guest.path('path_readlink', ROOT, 'relative', AT.data, 4, AT.result)).toBe(E.SUCCESS)
    expect(guest.bytes.toString('utf8', AT.data, AT.data + guest.result)).toBe('../o')
  })
})

describe('symbolic links inside', () => {
  it('are followed, one after the other, up to 40', () => {
    const { inside, guest } = sandbox.current
    mkdirSync(join(inside, 'd/e'), { recursive: true })
    writeFileSync(join(inside, 'd/f'), 'F')
    symlinkSync('d/e', join(inside, 'l'))
    symlinkSync('../f', join(inside, 'd/e/back'))
    expect(guest.read(guest.opened(ROOT, 'l/back'))).toBe('F')
    expect(guest.read(guest.opened(ROOT, 'l/../f'))).toBe('F')
    symlinkSync('loop', join(inside, 'loop'))
    symlinkSync('d', join(inside, 'n0'))
    for (let i = 1; i <= 40; i++) symlinkSync(`n${i - 1}`, join(inside, `n${i}`))
    expect(guest.open(ROOT, 'loop')).toBe(E.LOOP)
    expect(guest.open(ROOT, 'loop/x')).toBe(E.LOOP)
    expect(guest.stat(ROOT, 'loop').errno).toBe(E.LOOP)
    expect(guest.open(ROOT, 'n39/f')).toBe(E.SUCCESS)
    expect(guest.open(ROOT, 'n40/f')).toBe(E.LOOP)
  })

  const escaping = ['/', '/etc', '..', '../x', 'a/../../x', './..', 'd/../..']
  it.each(escaping)('cannot be created to lead out: %s', (target) => {
    expect(sandbox.current.guest.symlink(target, ROOT, 'l')).toBe(E.PERM)
    expect(existsSync(join(sandbox.current.inside, 'l'))).toBe(false)
  })

  it('may lead upwards within the preopen', () => {
    const { inside, guest } = sandbox.current
    mkdirSync(join(inside, 'd/e'), { recursive: true })
    expect(guest.symlink('../../x', ROOT, 'd/e/l')).toBe(E.SUCCESS)
    expect(readlinkSync(join(inside, 'd/e/l'))).toBe('../../x')
    const held = guest.opened(ROOT, 'd', { flags: O.directory })
    expect(guest.symlink('../x', held, 'l')).toBe(E.SUCCESS)
    expect(guest.symlink('../../x', held, 'm')).toBe(E.PERM)
    expect(guest.symlink('', ROOT, 'm')).toBe(E.NOENT)
    expect(guest.symlink('a\0b', ROOT, 'm')).toBe(E.INVAL)
    expect(guest.symlink('x', ROOT, 'm/')).toBe(E.NOENT)
    expect(guest.symlink('x', ROOT, 'd/')).toBe(E.EXIST)
  })

  it('are hard-linked and renamed themselves, and followed only if requested', () => {
    const { inside, guest } = sandbox.current
    writeFileSync(join(inside, 'f'), 'F')
    symlinkSync('f', join(inside, 'l'))
    expect(guest.link(ROOT, 'l', ROOT, 'same')).toBe(E.SUCCESS)
    expect(lstatSync(join(inside, 'same')).isSymbolicLink()).toBe(true)
    expect(guest.link(ROOT, 'l', ROOT, 'file', true)).toBe(E.SUCCESS)
    expect(lstatSync(join(inside, 'file')).isFile()).toBe(true)
    expect(guest.rename(ROOT, 'l', ROOT, 'm')).toBe(E.SUCCESS)
    expect(lstatSync(join(inside, 'm')).isSymbolicLink()).toBe(true)
    expect(guest.path('path_unlink_file', ROOT, 'm')).toBe(E.SUCCESS)
    expect(existsSync(join(inside, 'f'))).toBe(true)
  })

  it('with a target that is not UTF-8 are refused', () => {
    const { inside, guest } = sandbox.current
    symlinkSync(Buffer.from([0xff]), join(inside, 'l'))
    expect(guest.open(ROOT, 'l')).toBe(E.ILSEQ)
    expect(guest.open(ROOT, 'l/x')).toBe(E.ILSEQ)
  })

  it('that lead to files are not directories', () => {
    const { inside, guest } = sandbox.current
    writeFileSync(join(inside, 'f'), 'F')
    symlinkSync('f', join(inside, 'l'))
    symlinkSync('f/', join(inside, 'slash'))
    for (const path of ['l/', 'l/.', 'l/..', 'l/x', 'f/', 'f/.', 'f/..', 'f/x', 'slash']) {
      expect([path, guest.open(ROOT, path)]).toStrictEqual([path, E.NOTDIR])
      expect([path, guest.stat(ROOT, path).errno]).toStrictEqual([path, E.NOTDIR])
    }
  })
})

describe('odd paths', () => {
  it('with dots and slashes mean what they mean to Linux', () => {
    const { inside, guest } = sandbox.current
    mkdirSync(join(inside, 'd'))
    writeFileSync(join(inside, 'd/f'), 'F')
    for (const path of ['d/f', './d//f', 'd/./f', 'd/../d/f', './/./d/.//f']) {
      expect(guest.read(guest.opened(ROOT, path))).toBe('F')
    }
    for (const path of ['.', './', 'd/..', 'd/', 'd/.', 'd//']) {
      expect(guest.stat(ROOT, path)).toMatchObject({ errno: E.SUCCESS, type: 3 })
      expect(guest.open(ROOT, path, { flags: O.directory })).toBe(E.SUCCESS)
    }
    expect(guest.open(ROOT, '')).toBe(E.NOENT)
    expect(guest.open(ROOT, 'new/', { flags: O.creat, rights: RIGHTS.write })).toBe(E.ISDIR)
    expect(guest.path('path_create_directory', ROOT, 'new/')).toBe(E.SUCCESS)
    expect(guest.path('path_create_directory', ROOT, '.')).toBe(E.EXIST)
    expect(guest.path('path_create_directory', ROOT, 'none/.')).toBe(E.NOENT)
    expect(guest.path('path_remove_directory', ROOT, '.')).toBe(E.INVAL)
    expect(guest.path('path_unlink_file', ROOT, 'd/f/')).toBe(E.NOTDIR)
    expect(guest.path('path_unlink_file', ROOT, 'new/')).toBe(E.ISDIR)
    expect(guest.path('path_unlink_file', ROOT, 'none/')).toBe(E.NOENT)
    expect(guest.rename(ROOT, 'd/f/', ROOT, 'g')).toBe(E.NOTDIR)
    expect(guest.rename(ROOT, 'd/f', ROOT, 'g/')).toBe(E.NOTDIR)
    expect(guest.rename(ROOT, 'new/', ROOT, 'newer/')).toBe(E.SUCCESS)
    expect(guest.link(ROOT, 'd/f', ROOT, 'g/')).toBe(E.NOENT)
    expect(guest.path('path_remove_directory', ROOT, 'newer/')).toBe(E.SUCCESS)
  })

  const long = 'x'.repeat(255)
  const odd: [string, string | Uint8Array, number][] = [
    ['a name of 255 bytes', long, E.NOENT],
    ['a name of 256 bytes', `${long}x`, E.NAMETOOLONG],
    ['a name of 256 bytes on the way', `${long}x/y`, E.NAMETOOLONG],
    ['a path of 4095 bytes', './'.repeat(2047) + 'x', E.NOENT],
    ['a path of 4096 bytes', './'.repeat(2047) + 'xx', E.NAMETOOLONG],
    ['a path of 64 KiB', 'a/'.repeat(32_768), E.NAMETOOLONG],
    ['a NUL', 'a\0b', E.INVAL],
    ['nothing but a NUL', '\0', E.INVAL],
    ['a byte that is no UTF-8', Buffer.from([0x61, 0xff]), E.ILSEQ],
    ['a surrogate', Buffer.from([0xed, 0xa0, 0x80]), E.ILSEQ],
    ['an overlong slash', Buffer.from([0x2e, 0x2e, 0xc0, 0xaf]), E.ILSEQ],
  ]
  it.each(odd)('with %s', (_, path, errno) => {
    const { guest } = sandbox.current
    expect(guest.open(ROOT, path)).toBe(errno)
    expect(guest.path('path_unlink_file', ROOT, path)).toBe(errno)
    if (errno !== E.NOENT) {
      expect(guest.path('path_create_directory', ROOT, path)).toBe(errno)
      expect(guest.symlink(path, ROOT, 'l')).toBe(
        path.length === 256 || path.length === 258 ? E.SUCCESS : errno,
      )
    }
  })

  it('deeper than 256 directories are too long', () => {
    const { inside, guest } = sandbox.current
    mkdirSync(join(inside, 'a/'.repeat(260)), { recursive: true })
    expect(guest.stat(ROOT, 'a/'.repeat(257)).errno).toBe(E.SUCCESS)
    expect(guest.stat(ROOT, 'a/'.repeat(258)).errno).toBe(E.NAMETOOLONG)
  })
})

describe('things that are neither files nor directories', () => {
  it('are seen, but not opened, and nothing waits for them', async () => {
    const { inside, guest } = sandbox.current
    execFileSync('mkfifo', [join(inside, 'fifo')])
    const server = createServer().listen(join(inside, 'socket'))
    await new Promise((resolve) => server.once('listening', resolve))
    symlinkSync('fifo', join(inside, 'link'))
    for (const name of ['fifo', 'socket', 'link']) {
      expect(guest.open(ROOT, name)).toBe(E.PERM)
      expect(guest.open(ROOT, name, { rights: RIGHTS.write })).toBe(E.PERM)
      expect(guest.open(ROOT, name, { flags: O.creat | O.trunc, rights: RIGHTS.write | RIGHTS.read })).toBe(
        E.PERM,
      )
      expect(guest.open(ROOT, name, { flags: O.directory })).toBe(E.NOTDIR)
    }
    expect(guest.stat(ROOT, 'fifo')).toMatchObject({ errno: E.SUCCESS, type: 0 })
    expect(guest.stat(ROOT, 'socket')).toMatchObject({ errno: E.SUCCESS, type: 6 })
    await new Promise((resolve) => server.close(resolve))
  })

  it('are refused when they are devices', () => {
    const guest = new RawGuest([{ hostPath: '/dev', guestPath: '/dev', readonly: false }])
    expect(guest.stat(ROOT, 'tty')).toMatchObject({ errno: E.SUCCESS, type: 2 })
    expect(guest.open(ROOT, 'tty')).toBe(E.PERM)
    expect(guest.open(ROOT, 'ptmx', { flags: O.creat, rights: RIGHTS.write })).toBe(E.PERM)
    guest.close()
  })

  it('are opened when they are null or zero, as character devices', () => {
    const guest = new RawGuest([{ hostPath: '/dev', guestPath: '/dev', readonly: false }])
    const sink = guest.opened(ROOT, 'null', { flags: O.creat | O.trunc, rights: RIGHTS.write })
    expect(guest.write(sink, 'gone')).toBe(E.SUCCESS)
    const zeros = guest.opened(ROOT, 'zero')
    expect(guest.read(zeros, 3)).toBe('\0\0\0')
    expect(guest.call('fd_fdstat_get', zeros, AT.data)).toBe(E.SUCCESS)
    expect(guest.bytes.readUInt8(AT.data)).toBe(2)
    expect(guest.read(guest.opened(ROOT, 'null'))).toBe('')
    guest.close()
  })
})

describe('a read-only directory', () => {
  it('refuses every change with EROFS, below it and through links too', () => {
    const { inside, guest } = sandbox.current
    mkdirSync(join(inside, 'd'))
    writeFileSync(join(inside, 'existing'), 'text')
    writeFileSync(join(inside, 'd/existing'), 'text')
    const below = guest.opened(READONLY, 'd', { flags: O.directory })
    for (const fd of [READONLY, below]) {
      const changes = [
        guest.open(fd, 'existing', { rights: RIGHTS.write }),
        guest.open(fd, 'existing', { flags: O.trunc }),
        guest.open(fd, 'new', { flags: O.creat }),
        guest.open(fd, 'new', { flags: O.creat | O.excl }),
        guest.path('path_create_directory', fd, 'new'),
        guest.path('path_unlink_file', fd, 'existing'),
        guest.path('path_remove_directory', fd, 'existing'),
        guest.setTimes(fd, 'existing', 0n, 0n),
        guest.call('fd_filestat_set_times', fd, 0n, 0n, 5),
        guest.symlink('x', fd, 'new'),
        guest.rename(fd, 'existing', fd, 'new'),
        guest.rename(fd, 'existing', ROOT, 'new'),
        guest.rename(ROOT, 'existing', fd, 'new'),
        guest.link(fd, 'existing', fd, 'new'),
        guest.link(fd, 'existing', ROOT, 'new'),
        guest.link(ROOT, 'existing', fd, 'new'),
      ]
      expect(new Set(changes)).toStrictEqual(new Set([E.ROFS]))
      const file = guest.opened(fd, 'existing', { flags: O.creat, rights: RIGHTS.read })
      expect(guest.read(file)).toBe('text')
      expect(guest.write(file, 'x')).toBe(E.BADF)
      expect(guest.call('fd_filestat_set_size', file, 0n)).toBe(E.NOTCAPABLE)
      expect(guest.call('fd_allocate', file, 0n, 100n)).toBe(E.NOTCAPABLE)
      expect(guest.call('fd_filestat_set_times', file, 0n, 0n, 5)).toBe(E.ROFS)
    }
    expect(readdirSync(inside).sort()).toStrictEqual(['d', 'existing'])
    expect(statSync(join(inside, 'existing')).size).toBe(4)
  })
})

describe('a hard link that others created', () => {
  it('is a file like any other', () => {
    const { inside, outside, guest } = sandbox.current
    linkSync(join(outside, 'secret'), join(inside, 'shared'))
    expect(guest.stat(ROOT, 'shared')).toMatchObject({ errno: E.SUCCESS, links: 2n })
    expect(guest.read(guest.opened(ROOT, 'shared'))).toBe('SECRET')
  })
})
