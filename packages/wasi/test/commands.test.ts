import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { HostError } from '../preview1.js'
import { E, runCommand, runFiles } from './guest.js'
import { eachInSandbox } from './sandbox-fixture.js'

describe('a C program', () => {
  it('gets its arguments and environment, as UTF-8', () => {
    const run = runCommand('args-env', {
      args: ['näme', '', 'two words'],
      env: { A: '1', EMPTY: '', Ü: 'ß=ß' },
    })
    expect(run).toStrictEqual({
      status: 0,
      stdout: 'arg 0: näme\narg 1: \narg 2: two words\nenv: A=1\nenv: EMPTY=\nenv: Ü=ß=ß\n',
      stderr: '',
    })
  })

  it('has no environment but its own', () => {
    expect(runCommand('args-env').stdout).toBe('arg 0: args-env\n')
  })

  it.each([0, 1, 42, 255])('exits with status %i', (status) => {
    const run = runCommand('exit', { args: ['exit', String(status)] })
    expect(run).toStrictEqual({ status, stdout: 'to stdout\n', stderr: 'to stderr\n' })
  })

  it('is ended by an exception of a sink', () => {
    const limit = Object.assign(new Error('output limit'), { code: 'EPIPE', syscall: 'write' })
    const stdout = () => {
      throw limit
    }
    expect(() => runCommand('exit', { stdout })).toThrow(limit)
  })

  it('sleeps, polls, draws random bytes and reads the clocks', () => {
    const before = BigInt(Date.now())
    const [realtime, ...lines] = runCommand('clocks').stdout.trimEnd().split('\n')
    expect(lines).toStrictEqual(['slept 0 1', 'stdin 1 1 0', 'random 0 1'])
    const milliseconds = BigInt(realtime?.split(' ')[1] ?? 0) / 1_000_000n
    expect(milliseconds).toBeGreaterThanOrEqual(before)
    expect(milliseconds).toBeLessThanOrEqual(BigInt(Date.now()))
  })

  const notPassable: [string, Parameters<typeof runCommand>[1], RegExp][] = [
    ['an argument', { args: ['a', 'b\0c'] }, /^argument 1: expected text without NUL$/],
    ['the name of a variable', { env: { 'A=B': 'secret' } }, /^environment variable 0: expected a name/],
    [
      'the value of a variable',
      { env: { A: 'secret\0' } },
      /^environment variable A: expected a value without NUL$/,
    ],
  ]
  it.each(notPassable)('is not started with %s that cannot be passed on', (_, options, message) => {
    expect(() => runCommand('args-env', options)).toThrow(
      expect.objectContaining({
        code: 'EINVAL',
        message: expect.stringMatching(message) as unknown,
      }) as HostError,
    )
  })
})

describe('files through the C library', () => {
  const sandbox = eachInSandbox()

  it('writes, appends to, reads, truncates and stats a file', () => {
    const { inside } = sandbox.current
    const lines = runFiles(
      inside,
      ...[
        'write',
        '/f',
        'hello',
        'append',
        '/f',
        ' you',
        'read',
        '/f',
        'stat',
        'f',
        'truncate',
        '/f',
        '4',
        'read',
        '/f',
      ],
    )
    expect(lines).toStrictEqual(['ok', 'ok', 'read hello you', 'stat file 9', 'ok', 'read hell'])
    expect(readFileSync(join(inside, 'f'), 'utf8')).toBe('hell')
  })

  it('creates, lists, renames and removes files', () => {
    const lines = runFiles(
      sandbox.current.inside,
      ...['mkdir', '/d', 'write', '/d/a', 'A', 'link', '/d/a', '/d/b', 'symlink', 'd/a', '/l', 'list', '/d'],
      ...['read', '/l', 'lstat', '/l', 'readlink', '/l', 'rename', '/d/a', '/c', 'read', '/l', 'read', '/c'],
      ...['rmdir', '/d', 'unlink', '/d', 'remove-all', '/d', 'unlink', '/l', 'list', '/'],
    )
    expect(lines).toStrictEqual([
      ...['ok', 'ok', 'ok', 'ok', 'list a b', 'read A', 'stat link 3', 'link d/a'],
      ...[
        'ok',
        `errno ${E.NOENT}`,
        'read A',
        `errno ${E.NOTEMPTY}`,
        `errno ${E.ISDIR}`,
        'ok',
        'ok',
        'list c',
      ],
    ])
  })

  it('honours the flags of open', () => {
    const lines = runFiles(
      sandbox.current.inside,
      ...['open', '/f', 'r', 'open', '/f', 'wcx', 'open', '/f', 'wcx', 'open', '/f', 'rd', 'open', '/', 'rd'],
      ...[
        'open',
        '/',
        'rw',
        'symlink',
        'f',
        '/l',
        'open',
        '/l',
        'rn',
        'open',
        '/l',
        'r',
        'open',
        '/l',
        'wcx',
      ],
    )
    expect(lines).toStrictEqual([
      ...[`errno ${E.NOENT}`, 'ok', `errno ${E.EXIST}`, `errno ${E.NOTDIR}`, 'ok'],
      ...[`errno ${E.ISDIR}`, 'ok', `errno ${E.LOOP}`, 'ok', `errno ${E.EXIST}`],
    ])
  })

  it('removes a directory larger than any buffer while listing it', () => {
    const { inside } = sandbox.current
    runFiles(inside, 'mkdir', '/big')
    for (let i = 0; i < 400; i++) writeFileSync(join(inside, 'big', `a-rather-long-name-${i}`), '')
    expect(runFiles(inside, 'remove-all', '/big', 'list', '/')).toStrictEqual(['ok', 'list'])
  })

  it('keeps working below a directory that was moved', () => {
    const { inside, outside } = sandbox.current
    runFiles(inside, 'mkdir', '/d', 'write', '/d/f', 'F', 'write', '/up', 'UP')
    renameSync(join(inside, 'd'), join(outside, 'd'))
    renameSync(join(outside, 'd'), join(inside, 'e'))
    expect(
      runFiles(inside, 'hold', '/e', 'rename', '/e', '/g', 'held-read', 'f', 'held-read', '../up'),
    ).toStrictEqual([...['ok', 'ok', 'read F', `errno ${E.PERM}`]])
  })
})
