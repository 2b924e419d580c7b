import { readdirSync, rmSync, statSync, symlinkSync, writeFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { toEnvironment } from '../host/environment.js'
import { AT, E, O, RIGHTS, runCommand } from './guest.js'
import { eachInSandbox } from './sandbox-fixture.js'

// Findings of the official test suite of preview 1, numbered as in test/docs/findings.test.ts.
const sandbox = eachInSandbox()
const ROOT = 3
const EXACT = 1_700_000_000_123_456_789n
const SET = { atim: 1, atimNow: 2, mtim: 4, mtimNow: 8 } as const

const times = (name: string) => {
  const { atimeNs, mtimeNs } = statSync(join(sandbox.current.inside, name), { bigint: true })
  return [atimeNs, mtimeNs]
}

describe('C6: times of files', () => {
  it('keep their nanoseconds, for files, directories and symbolic links, by descriptor and by path', () => {
    const { inside, guest } = sandbox.current
    const fd = guest.opened(ROOT, 'f', { flags: O.creat, rights: RIGHTS.all })
    expect(guest.call('fd_filestat_set_times', fd, EXACT, EXACT + 1n, SET.atim | SET.mtim)).toBe(E.SUCCESS)
    expect(times('f')).toStrictEqual([EXACT, EXACT + 1n])
    expect(guest.setTimes(ROOT, 'f', EXACT + 2n, EXACT + 3n)).toBe(E.SUCCESS)
    expect(times('f')).toStrictEqual([EXACT + 2n, EXACT + 3n])
    expect(guest.call('fd_filestat_set_times', ROOT, EXACT, EXACT, SET.atim | SET.mtim)).toBe(E.SUCCESS)
    expect(times('.')).toStrictEqual([EXACT, EXACT])
    symlinkSync('f', join(inside, 'l'))
    expect(guest.setTimes(ROOT, 'l', EXACT, EXACT, SET.atim | SET.mtim, false)).toBe(E.SUCCESS)
    expect(times('f')).toStrictEqual([EXACT + 2n, EXACT + 3n])
    expect(readdirSync(inside).sort()).toStrictEqual(['f', 'l'])
  })

  it.each([701_000_000n, 123_456_000n, 999_999_000n, 1_000n])(
    'are exact to the nanosecond: %s',
    (fraction) => {
      const { guest } = sandbox.current
      const fd = guest.opened(ROOT, 'f', { flags: O.creat, rights: RIGHTS.all })
      const accessed = 1_796_000_782_000_000_000n + fraction
      const modified = accessed + 120_000_000_000n
      expect(guest.setTimes(ROOT, 'f', accessed, modified)).toBe(E.SUCCESS)
      expect(times('f')).toStrictEqual([accessed, modified])
      expect(guest.call('fd_filestat_set_times', fd, modified, accessed, SET.atim | SET.mtim)).toBe(E.SUCCESS)
      expect(times('f')).toStrictEqual([modified, accessed])
    },
  )

  it('keep the nanoseconds of a time that is not set', () => {
    const { guest } = sandbox.current
    guest.opened(ROOT, 'f', { flags: O.creat })
    guest.setTimes(ROOT, 'f', EXACT, EXACT)
    expect(guest.setTimes(ROOT, 'f', 0n, 1_000_000_000n, SET.mtim)).toBe(E.SUCCESS)
    expect(times('f')).toStrictEqual([EXACT, 1_000_000_000n])
    guest.setTimes(ROOT, 'f', EXACT, EXACT)
    const before = BigInt(Date.now() - 1000) * 1_000_000n
    expect(guest.setTimes(ROOT, 'f', 0n, 0n, SET.atimNow)).toBe(E.SUCCESS)
    const [accessed, modified] = times('f')
    expect(modified).toBe(EXACT)
    expect(accessed).toBeGreaterThan(before)
  })

  it('are refused if the file is gone, and in a read-only directory', () => {
    const { inside, guest } = sandbox.current
    writeFileSync(join(inside, 'f'), '')
    expect(guest.setTimes(ROOT + 1, 'f', EXACT, EXACT)).toBe(E.ROFS)
    rmSync(join(inside, 'f'))
    expect(guest.setTimes(ROOT, 'f', EXACT, EXACT)).toBe(E.NOENT)
  })
})

describe('C7: path_open with O_DIRECTORY', () => {
  it('is EISDIR for writing, and opens otherwise', () => {
    const { inside, guest } = sandbox.current
    mkdirSync(join(inside, 'd'))
    writeFileSync(join(inside, 'f'), '')
    const open = (path: string, rights: bigint) => guest.open(ROOT, path, { flags: O.directory, rights })
    expect(open('d', RIGHTS.read | RIGHTS.write)).toBe(E.ISDIR)
    expect(open('d', RIGHTS.all & ~RIGHTS.write)).toBe(E.SUCCESS)
    expect(open('f', RIGHTS.read | RIGHTS.write)).toBe(E.NOTDIR)
    expect(open('missing', RIGHTS.read | RIGHTS.write)).toBe(E.NOENT)
  })
})

describe('a file opened without the right to write', () => {
  it('is not written, even if all other rights are requested, as Go does', () => {
    const { inside, guest } = sandbox.current
    writeFileSync(join(inside, 'f'), 'text')
    const fd = guest.opened(ROOT, 'f', { rights: RIGHTS.all & ~RIGHTS.write })
    expect(guest.read(fd)).toBe('text')
    expect(guest.write(fd, 'TEXT')).toBe(E.BADF)
    expect(guest.call('fd_filestat_set_size', fd, 0n)).not.toBe(E.SUCCESS)
    expect(guest.stat(ROOT, 'f').size).toBe(4n)
  })
})

describe('C8: readlink of a path that ends in a slash', () => {
  it.each([
    ['missing/', 'NOENT'],
    ['file/', 'NOTDIR'],
    ['dir/', 'INVAL'],
    ['to-dir/', 'INVAL'],
    ['to-file/', 'NOTDIR'],
    ['to-nowhere/', 'NOENT'],
  ] as const)('%s is %s, as on Linux', (path, errno) => {
    const { inside, guest } = sandbox.current
    writeFileSync(join(inside, 'file'), '')
    mkdirSync(join(inside, 'dir'))
    for (const target of ['dir', 'file', 'nowhere']) symlinkSync(target, join(inside, `to-${target}`))
    expect(guest.path('path_readlink', ROOT, path, AT.data, 100, AT.result)).toBe(E[errno])
  })
})

describe('C9: text that cannot be encoded as UTF-8', () => {
  it.each([
    ['an argument', ['ok', 'a\ud800'], {}, /^argument 1: expected Unicode text/],
    ['the value of a variable', [], { A: '\udfff' }, /^environment variable A: expected Unicode text/],
    ['the name of a variable', [], { '\ud83d': '' }, /^environment variable 0: expected Unicode text/],
  ])('is refused: %s', (_, args, env, problem) => {
    expect(() => toEnvironment(args, env)).toThrow(problem)
    expect(() => runCommand('args-env', { args, env })).toThrow(problem)
  })

  it('does not include surrogate pairs', () => {
    expect(runCommand('args-env', { args: ['😀', '\ufffd'] }).stdout).toBe('arg 0: 😀\narg 1: \ufffd\n')
  })
})
