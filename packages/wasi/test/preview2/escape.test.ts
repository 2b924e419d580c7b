import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ESCAPES, layEscapes } from '../escapes.js'
import type { Descriptor } from '../../preview2/descriptor.js'
import { FOLLOW, STAY, TestGuest, bytes, contents, create, eachInSandbox, open, refusal } from './sandbox.js'

const sandbox = eachInSandbox()
const now = { tag: 'now' } as const
const DIRECTORY = { directory: true }

/** Tries every function that takes a path on `path`, and returns the outcomes. */
const lookups = (base: Descriptor, path: string): unknown[] =>
  [
    () => open(base, path),
    () => open(base, path, { write: true }, { create: true }),
    () => base.statAt(FOLLOW, path),
    () => base.setTimesAt(FOLLOW, path, now, now),
    () => base.metadataHashAt(FOLLOW, path),
    () => base.createDirectoryAt(path),
    () => base.unlinkFileAt(path),
    () => base.removeDirectoryAt(path),
    () => base.readlinkAt(path),
    () => base.symlinkAt('target', path),
    () => base.renameAt(path, base, 'new'),
    () => base.renameAt('existing', base, path),
    () => base.linkAt(STAY, path, base, 'new'),
    () => base.linkAt(STAY, 'existing', base, path),
  ].map(refusal)

describe('a path that leads out', () => {
  it.each(ESCAPES)('is refused: %s', (path) => {
    const { inside, outside, root } = sandbox.current
    layEscapes(inside, outside)
    expect(new Set(lookups(root, path))).toStrictEqual(new Set(['not-permitted']))
    expect(readdirSync(outside)).toStrictEqual(['secret'])
  })

  it('is refused as a final symbolic link that is followed', () => {
    const { inside, outside, root } = sandbox.current
    symlinkSync(join(outside, 'secret'), join(inside, 'absolute'))
    symlinkSync('../outside/secret', join(inside, 'relative'))
    symlinkSync('../outside/new', join(inside, 'dangling'))
    for (const name of ['absolute', 'relative']) {
      expect(refusal(() => open(root, name))).toBe('not-permitted')
      expect(refusal(() => open(root, name, { read: true }, {}, false))).toBe('loop')
      expect(refusal(() => open(root, name, { read: true }, DIRECTORY, false))).toBe('not-directory')
      expect(refusal(() => open(root, name, { write: true }, { truncate: true }))).toBe('not-permitted')
      expect(refusal(() => open(root, `${name}/`))).toBe('not-permitted')
      expect(refusal(() => root.statAt(FOLLOW, name))).toBe('not-permitted')
      expect(refusal(() => root.metadataHashAt(FOLLOW, name))).toBe('not-permitted')
      expect(root.statAt(STAY, name).type).toBe('symbolic-link')
      expect(refusal(() => root.linkAt(FOLLOW, name, root, 'linked'))).toBe('not-permitted')
    }
    expect(refusal(() => root.readlinkAt('absolute'))).toBe('not-permitted')
    expect(root.readlinkAt('relative')).toBe('../outside/secret')
    expect(refusal(() => open(root, 'dangling', { write: true }, { create: true }))).toBe('not-permitted')
    expect(refusal(() => open(root, 'dangling', { write: true }, { create: true, exclusive: true }))).toBe(
      'exist',
    )
    expect(readdirSync(outside)).toStrictEqual(['secret'])
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('SECRET')
  })

  it('is refused after the directory was moved out', () => {
    const { inside, outside, root } = sandbox.current
    mkdirSync(join(inside, 'd/e'), { recursive: true })
    const held = open(root, 'd', { read: true }, DIRECTORY)
    const deeper = open(held, 'e', { read: true }, DIRECTORY)
    renameSync(join(inside, 'd'), join(outside, 'd'))
    for (const path of ['..', '../secret', 'e/../../secret']) {
      expect(refusal(() => open(held, path))).toBe('not-permitted')
    }
    for (const path of ['..', '../..', '../../secret']) {
      expect(refusal(() => open(deeper, path))).toBe('not-permitted')
    }
    expect(open(held, 'e/..').isSameObject(held)).toBe(true)
    expect(refusal(() => open(root, 'd/..'))).toBe('no-entry')
  })

  it('is refused after the guest itself moved the directory', () => {
    const { inside, root } = sandbox.current
    mkdirSync(join(inside, 'a/b/c'), { recursive: true })
    const held = open(root, 'a/b/c', { read: true }, DIRECTORY)
    root.renameAt('a/b/c', root, 'c')
    for (const path of ['..', '../..', '../../outside/secret']) {
      expect(refusal(() => open(held, path))).toBe('not-permitted')
    }
  })

  it.each(['/', '/etc', '..', '../x', 'a/../../x', './..', 'd/../..'])(
    'cannot be the target of a new link: %s',
    (target) => {
      expect(refusal(() => sandbox.current.root.symlinkAt(target, 'l'))).toBe('not-permitted')
      expect(existsSync(join(sandbox.current.inside, 'l'))).toBe(false)
    },
  )
})

describe('an odd path', () => {
  const long = 'x'.repeat(255)
  it.each([
    ['that is empty', '', 'no-entry'],
    ['with a name of 255 bytes', long, 'no-entry'],
    ['with a name of 256 bytes', `${long}x`, 'name-too-long'],
    ['of 4095 bytes', './'.repeat(2047) + 'x', 'no-entry'],
    ['of 4096 bytes', './'.repeat(2047) + 'xx', 'name-too-long'],
    ['of 4096 bytes in 2048 characters', 'ü'.repeat(2048), 'name-too-long'],
    ['of 64 MiB', 'a/'.repeat(2 ** 25), 'name-too-long'],
    ['with a NUL', 'a\0b', 'invalid'],
    ['that is a NUL', '\0', 'invalid'],
  ])('%s means what it means to Linux', (_, path, code) => {
    const { root } = sandbox.current
    for (const call of [
      () => open(root, path),
      () => root.statAt(FOLLOW, path),
      () => root.unlinkFileAt(path),
      () => root.removeDirectoryAt(path),
      () => root.readlinkAt(path),
      () => root.renameAt(path, root, 'new'),
      () => root.linkAt(STAY, path, root, 'new'),
    ]) {
      expect(refusal(call)).toBe(code)
    }
    if (code !== 'no-entry') expect(refusal(() => root.createDirectoryAt(path))).toBe(code)
  })

  it.each([
    ['', 'no-entry'],
    ['a\0b', 'invalid'],
    ['x/'.repeat(2048), 'name-too-long'],
    ['x/'.repeat(2047) + 'x', 'ok'],
  ])('as the target of a link is checked as well', (target, code) => {
    expect(refusal(() => sandbox.current.root.symlinkAt(target, 'l'))).toBe(code)
  })

  it('with loops of links, or too deep, is refused', () => {
    const { inside, root } = sandbox.current
    symlinkSync('loop', join(inside, 'loop'))
    expect(refusal(() => open(root, 'loop/x'))).toBe('loop')
    expect(refusal(() => root.statAt(FOLLOW, 'loop'))).toBe('loop')
    mkdirSync(join(inside, 'a/'.repeat(260)), { recursive: true })
    expect(root.statAt(FOLLOW, 'a/'.repeat(257)).type).toBe('directory')
    expect(refusal(() => root.statAt(FOLLOW, 'a/'.repeat(258)))).toBe('name-too-long')
    symlinkSync(Buffer.from([0xff]), join(inside, 'bytes'))
    expect(refusal(() => open(root, 'bytes'))).toBe('illegal-byte-sequence')
  })
})

describe('things that are neither files nor directories', () => {
  it('are seen, but not opened, and nothing waits for them', async () => {
    const { inside, root } = sandbox.current
    execFileSync('mkfifo', [join(inside, 'fifo')])
    const server = createServer().listen(join(inside, 'socket'))
    await new Promise((resolve) => server.once('listening', resolve))
    symlinkSync('fifo', join(inside, 'link'))
    for (const name of ['fifo', 'socket', 'link']) {
      for (const flags of [{ read: true }, { write: true }, { read: true, write: true }]) {
        expect(refusal(() => open(root, name, flags))).toBe('not-permitted')
        expect(refusal(() => open(root, name, flags, { create: true, truncate: true }))).toBe('not-permitted')
      }
      expect(refusal(() => open(root, name, { read: true }, DIRECTORY))).toBe('not-directory')
    }
    expect(root.statAt(STAY, 'fifo').type).toBe('fifo')
    expect(root.statAt(STAY, 'socket').type).toBe('socket')
    await new Promise((resolve) => server.close(resolve))
  })

  it('are refused when they are devices, but for those such as null', () => {
    const guest = new TestGuest({ preopens: [{ hostPath: '/dev', guestPath: '/dev', readonly: false }] })
    const { '/dev': dev } = guest.directories()
    if (dev === undefined) throw new Error('expected the directory')
    expect(dev.statAt(STAY, 'null').type).toBe('character-device')
    expect(open(dev, 'null', { write: true }, { create: true }).getType()).toBe('character-device')
    expect(refusal(() => open(dev, 'tty'))).toBe('not-permitted')
    expect(refusal(() => open(dev, 'ptmx', { write: true }, { create: true }))).toBe('not-permitted')
    guest.close()
  })
})

describe('a read-only directory', () => {
  it('refuses every change, below it and through links too', () => {
    const { inside, root, readonly } = sandbox.current
    mkdirSync(join(inside, 'd'))
    writeFileSync(join(inside, 'existing'), 'text')
    writeFileSync(join(inside, 'd/existing'), 'text')
    for (const base of [readonly, open(readonly, 'd', { read: true }, DIRECTORY)]) {
      const file = open(base, 'existing')
      const changes = [
        () => open(base, 'existing', { write: true }),
        () => open(base, 'existing', { read: true }, { truncate: true }),
        () => open(base, 'existing', { read: true }, { create: true }),
        () => open(base, 'new', { read: true }, { create: true }),
        () => open(base, '.', { read: true, mutateDirectory: true }, DIRECTORY),
        () => base.createDirectoryAt('new'),
        () => base.unlinkFileAt('existing'),
        () => base.removeDirectoryAt('existing'),
        () => base.setTimesAt(STAY, 'existing', now, now),
        () => base.setTimes(now, now),
        () => base.symlinkAt('x', 'new'),
        () => base.renameAt('existing', base, 'new'),
        () => base.renameAt('existing', root, 'new'),
        () => root.renameAt('existing', base, 'new'),
        () => base.linkAt(STAY, 'existing', base, 'new'),
        () => base.linkAt(STAY, 'existing', root, 'new'),
        () => root.linkAt(STAY, 'existing', base, 'new'),
        () => file.write(bytes('x'), 0n),
        () => file.writeViaStream(0n),
        () => file.appendViaStream(),
        () => file.setSize(0n),
        () => file.setTimes(now, now),
      ]
      expect(changes.map(refusal)).toStrictEqual(changes.map(() => 'read-only'))
      expect(contents(file)).toBe('text')
    }
    expect(readdirSync(inside).sort()).toStrictEqual(['d', 'existing'])
    expect(statSync(join(inside, 'existing')).size).toBe(4)
  })
})

describe('descriptors', () => {
  const hostDescriptors = () => readdirSync('/proc/self/fd').length

  it('are limited to 1024, streams of entries among them', () => {
    const { root } = sandbox.current
    const before = hostDescriptors()
    create(root, 'f')
    const held: Disposable[] = []
    for (;;) {
      const outcome = refusal(() => held.push(open(root, 'f')))
      if (outcome !== 'ok') {
        expect(outcome).toBe('insufficient-memory')
        break
      }
    }
    // The other three are two preopens and the created file.
    expect(held).toHaveLength(1021)
    expect(refusal(() => root.readDirectory())).toBe('insufficient-memory')
    held.pop()?.[Symbol.dispose]()
    const entries = root.readDirectory()
    expect(refusal(() => open(root, 'f'))).toBe('insufficient-memory')
    while (entries.readDirectoryEntry() !== undefined);
    expect(refusal(() => held.push(open(root, 'f')))).toBe('ok')
    entries[Symbol.dispose]()
    for (const descriptor of held) descriptor[Symbol.dispose]()
    expect(hostDescriptors()).toBe(before + 1)
  })

  it('do not leak, whatever fails, and close releases all of them', () => {
    const { inside } = sandbox.current
    const before = hostDescriptors()
    const guest = new TestGuest({ preopens: [{ hostPath: inside, guestPath: '/', readonly: false }] })
    const { '/': root } = guest.directories()
    if (root === undefined) throw new Error('expected the directory')
    mkdirSync(join(inside, 'd/e'), { recursive: true })
    symlinkSync('..', join(inside, 'd/up'))
    const file = create(root, 'f')
    const appending = file.appendViaStream()
    appending.blockingWriteAndFlush(bytes('x'))
    const entries = root.readDirectory()
    for (const path of ['d/none/x', 'd/e/../../..', 'f/x', 'd/up/../x', '/x']) {
      expect(lookups(root, path)).not.toContain('ok')
    }
    guest.close()
    expect(hostDescriptors()).toBe(before)
    for (const call of [
      () => root.stat(),
      () => open(root, 'f'),
      () => root.readDirectory(),
      () => file.read(1n, 0n),
      () => file.stat(),
      () => entries.readDirectoryEntry(),
    ]) {
      expect(refusal(call)).toBe('bad-descriptor')
    }
    expect(refusal(() => appending.checkWrite())).toBe('ok')
    expect(refusal(() => appending.blockingWriteAndFlush(bytes('x')))).toMatchObject({
      tag: 'last-operation-failed',
    })
    file[Symbol.dispose]()
    entries[Symbol.dispose]()
    guest.close()
    expect(readFileSync(join(inside, 'f'), 'utf8')).toBe('x')
  })

  it('are unusable once dropped, and preopens can be requested again', () => {
    const { guest, root } = sandbox.current
    const before = hostDescriptors()
    const file = create(root, 'f')
    const directory = open(root, '.')
    for (const dropped of [file, directory, root]) {
      dropped[Symbol.dispose]()
      dropped[Symbol.dispose]()
      for (const call of [
        () => dropped.stat(),
        () => dropped.getFlags(),
        () => dropped.getType(),
        () => dropped.sync(),
        () => dropped.read(1n, 0n),
        () => open(dropped, 'f'),
        () => dropped.metadataHash(),
      ]) {
        expect(refusal(call)).toBe('bad-descriptor')
      }
    }
    expect(hostDescriptors()).toBe(before)
    const { '/': again } = guest.directories()
    expect(again?.statAt(STAY, 'f').type).toBe('regular-file')
  })

  it('of a file are kept until its last stream is dropped', () => {
    const { root } = sandbox.current
    const before = hostDescriptors()
    const file = create(root, 'f')
    const streams = [file.readViaStream(0n), file.writeViaStream(0n), file.appendViaStream()]
    file[Symbol.dispose]()
    expect(hostDescriptors()).toBe(before + 1)
    for (const stream of streams) stream[Symbol.dispose]()
    expect(hostDescriptors()).toBe(before)
  })
})
