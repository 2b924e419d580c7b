import {
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { micros } from '../micros.js'
import {
  FOLLOW,
  STAY,
  U64_MAX,
  bytes,
  contents,
  create,
  eachInSandbox,
  open,
  refusal,
  text,
} from './sandbox.js'

const sandbox = eachInSandbox()
const keep = { tag: 'no-change' } as const
const now = { tag: 'now' } as const
const at = (seconds: bigint, nanoseconds = 0) =>
  ({ tag: 'timestamp', val: { seconds, nanoseconds } }) as const

describe('a file', () => {
  it('is read and written anywhere', () => {
    const { inside, root } = sandbox.current
    const file = create(root, 'f')
    expect(file.write(bytes('hello'), 0n)).toBe(5n)
    expect(file.write(bytes('HE'), 7n)).toBe(2n)
    expect(file.write(bytes(''), 20n)).toBe(0n)
    expect(readFileSync(join(inside, 'f'), 'utf8')).toBe('hello\0\0HE')
    const read = (length: bigint, offset: bigint) => {
      const [got, ended] = file.read(length, offset)
      return [text(got), ended]
    }
    expect(read(4n, 1n)).toStrictEqual(['ello', false])
    expect(read(100n, 7n)).toStrictEqual(['HE', true])
    expect(read(2n, 9n)).toStrictEqual(['', true])
    expect(read(0n, 8n)).toStrictEqual(['', false])
    expect(read(0n, 9n)).toStrictEqual(['', true])
  })

  it('is not read into more memory than 64 KiB at once', () => {
    const { inside, root } = sandbox.current
    writeFileSync(join(inside, 'f'), Buffer.alloc(100_000))
    const file = open(root, 'f')
    const [first, ended] = file.read(2n ** 63n, 0n)
    expect([first.length, ended]).toStrictEqual([65_536, false])
    const [second, atEnd] = file.read(U64_MAX, 65_536n)
    expect([second.length, atEnd]).toStrictEqual([100_000 - 65_536, true])
    expect(second.buffer.byteLength).toBe(65_536)
  })

  it('is neither read nor written at positions that no file has', () => {
    const { root } = sandbox.current
    const file = create(root, 'f')
    expect(file.read(4n, 2n ** 60n)).toStrictEqual([new Uint8Array(0), true])
    expect(refusal(() => file.write(bytes('x'), 2n ** 60n))).toBe('file-too-large')
    for (const negative of [2n ** 63n, U64_MAX]) {
      expect(refusal(() => file.read(1n, negative))).toBe('invalid')
      expect(refusal(() => file.write(bytes('x'), negative))).toBe('invalid')
      expect(refusal(() => file.setSize(negative))).toBe('invalid')
      expect(refusal(() => file.advise(negative, 0n))).toBe('invalid')
      expect(refusal(() => file.advise(0n, negative))).toBe('invalid')
    }
    expect(refusal(() => file.setSize(2n ** 63n - 1n))).toBe('file-too-large')
    expect(file.stat().size).toBe(0n)
  })

  it('is used only as it was opened', () => {
    const { inside, root } = sandbox.current
    writeFileSync(join(inside, 'f'), 'text')
    const reader = open(root, 'f', { read: true })
    const writer = open(root, 'f', { write: true })
    const neither = open(root, 'f', {})
    for (const file of [reader, neither]) {
      expect(refusal(() => file.write(bytes('x'), 0n))).toBe('bad-descriptor')
      expect(refusal(() => file.writeViaStream(0n))).toBe('bad-descriptor')
      expect(refusal(() => file.appendViaStream())).toBe('bad-descriptor')
      expect(refusal(() => file.setSize(0n))).toBe('bad-descriptor')
    }
    for (const file of [writer, neither]) {
      expect(refusal(() => file.read(1n, 0n))).toBe('bad-descriptor')
      expect(refusal(() => file.readViaStream(0n))).toBe('bad-descriptor')
    }
    expect(contents(reader)).toBe('text')
    expect(writer.write(bytes('T'), 0n)).toBe(1n)
    for (const file of [reader, writer, neither]) {
      expect(file.stat().size).toBe(4n)
      file.sync()
      file.syncData()
      file.advise(0n, 0n)
    }
  })

  it('is not a directory', () => {
    const { root } = sandbox.current
    const file = create(root, 'f')
    for (const call of [
      () => file.readDirectory(),
      () => file.createDirectoryAt('d'),
      () => file.statAt(STAY, '.'),
      () => file.setTimesAt(STAY, '.', now, now),
      () => file.linkAt(STAY, 'f', root, 'g'),
      () => root.linkAt(STAY, 'f', file, 'g'),
      () => open(file, 'f'),
      () => file.readlinkAt('f'),
      () => file.removeDirectoryAt('d'),
      () => file.renameAt('f', root, 'g'),
      () => root.renameAt('f', file, 'g'),
      () => file.symlinkAt('f', 'g'),
      () => file.unlinkFileAt('f'),
      () => file.metadataHashAt(STAY, 'f'),
    ]) {
      expect(refusal(call)).toBe('not-directory')
    }
  })

  it('reports the flags that it was opened with, and its type', () => {
    const { root } = sandbox.current
    const none = {
      read: false,
      write: false,
      fileIntegritySync: false,
      dataIntegritySync: false,
      requestedWriteSync: false,
      mutateDirectory: false,
    }
    const flags = { write: true, fileIntegritySync: true, requestedWriteSync: true, mutateDirectory: true }
    expect(open(root, 'f', flags, { create: true }).getFlags()).toStrictEqual({
      ...none,
      ...flags,
      mutateDirectory: false,
    })
    const file = open(root, 'f', { read: true, dataIntegritySync: true })
    expect(file.getFlags()).toStrictEqual({ ...none, read: true, dataIntegritySync: true })
    expect(file.getType()).toBe('regular-file')
    expect(root.getFlags()).toStrictEqual({ ...none, read: true, mutateDirectory: true })
    expect(root.getType()).toBe('directory')
    expect(sandbox.current.readonly.getFlags()).toStrictEqual({ ...none, read: true })
  })

  it('is written through when asked', () => {
    const { inside, root } = sandbox.current
    for (const sync of ['fileIntegritySync', 'dataIntegritySync', 'requestedWriteSync'] as const) {
      const file = open(root, sync, { write: true, [sync]: true }, { create: true })
      file.write(bytes('te'), 0n)
      file.writeViaStream(2n).blockingWriteAndFlush(bytes('xt'))
      file.sync()
      file.syncData()
      expect(readFileSync(join(inside, sync), 'utf8')).toBe('text')
    }
    root.sync()
    root.syncData()
  })

  it('can be resized', () => {
    const { inside, root } = sandbox.current
    const file = create(root, 'f')
    file.write(bytes('hello'), 0n)
    file.setSize(2n)
    expect(readFileSync(join(inside, 'f'), 'utf8')).toBe('he')
    file.setSize(4n)
    expect(readFileSync(join(inside, 'f'), 'utf8')).toBe('he\0\0')
  })

  it('stays usable when it is removed', () => {
    const { inside, root } = sandbox.current
    const file = create(root, 'f')
    file.write(bytes('text'), 0n)
    rmSync(join(inside, 'f'))
    expect(contents(file)).toBe('text')
    expect(file.stat().linkCount).toBe(0n)
  })
})

describe('attributes', () => {
  it('are those of the file, or of the link', () => {
    const { inside, root } = sandbox.current
    writeFileSync(join(inside, 'f'), 'text')
    symlinkSync('f', join(inside, 'l'))
    const datetime = (time: bigint) => ({
      seconds: time / 1_000_000_000n,
      nanoseconds: Number(time % 1_000_000_000n),
    })
    const { atimeNs, mtimeNs, ctimeNs } = statSync(join(inside, 'f'), { bigint: true })
    const expected = {
      type: 'regular-file',
      linkCount: 1n,
      size: 4n,
      dataAccessTimestamp: datetime(atimeNs),
      dataModificationTimestamp: datetime(mtimeNs),
      statusChangeTimestamp: datetime(ctimeNs),
    }
    expect(open(root, 'f').stat()).toStrictEqual(expected)
    expect(root.statAt(FOLLOW, 'l')).toStrictEqual(expected)
    expect(root.statAt(STAY, 'l')).toMatchObject({ type: 'symbolic-link', size: 1n })
    expect(root.statAt({}, 'l')).toMatchObject({ type: 'symbolic-link' })
    expect(root.stat()).toMatchObject({ type: 'directory' })
    expect(refusal(() => root.statAt(STAY, 'none'))).toBe('no-entry')
  })

  it('can get times: given ones, the current time, or none', () => {
    const { inside, root } = sandbox.current
    const file = create(root, 'f')
    const times = (name = 'f') => {
      const { atimeNs, mtimeNs } = lstatSync(join(inside, name), { bigint: true })
      return [micros(atimeNs), micros(mtimeNs)]
    }
    file.setTimes(at(1_700_000_000n, 123_456_000), at(5n))
    expect(times()).toStrictEqual([1_700_000_000_123_456_000n, 5_000_000_000n])
    file.setTimes(keep, at(7n))
    root.setTimesAt(STAY, 'f', at(6n), keep)
    file.setTimes(keep, keep)
    expect(times()).toStrictEqual([6_000_000_000n, 7_000_000_000n])
    const before = BigInt(Date.now()) * 1_000_000n
    root.setTimesAt(STAY, 'f', now, now)
    for (const time of times()) expect(time).toBeGreaterThanOrEqual(before)
    root.setTimes(at(8n), at(9n))
    expect(times('.')).toStrictEqual([8_000_000_000n, 9_000_000_000n])
    symlinkSync('f', join(inside, 'l'))
    root.setTimesAt(STAY, 'l', at(1n), at(2n))
    root.setTimesAt(FOLLOW, 'l', at(3n), at(4n))
    expect(times()).toStrictEqual([3_000_000_000n, 4_000_000_000n])
    expect(times('l')[1]).toBe(2_000_000_000n)
  })

  it('refuse invalid times', () => {
    const { inside, root } = sandbox.current
    const file = create(root, 'f')
    for (const [time, code] of [
      [at(0n, 1_000_000_000), 'invalid'],
      [at(0n, 2 ** 32 - 1), 'invalid'],
      [at(2n ** 40n), 'overflow'],
      [at(U64_MAX), 'overflow'],
    ] as const) {
      expect(refusal(() => file.setTimes(time, keep))).toBe(code)
      expect(refusal(() => root.setTimesAt(STAY, 'f', keep, time))).toBe(code)
    }
    utimesSync(join(inside, 'f'), new Date(-5000), new Date(-5000))
    expect(file.stat().dataModificationTimestamp).toBeUndefined()
  })
})

describe('the identity of a file', () => {
  it('is that of the open file, however it was found', () => {
    const { root, readonly } = sandbox.current
    const file = create(root, 'f')
    const other = create(root, 'g')
    root.linkAt(STAY, 'f', root, 'h')
    expect(file.isSameObject(file)).toBe(true)
    expect(file.isSameObject(open(readonly, 'h'))).toBe(true)
    expect(file.isSameObject(other)).toBe(false)
    expect(root.isSameObject(readonly)).toBe(true)
    expect(root.isSameObject(file)).toBe(false)
  })

  it('shows in the lower half of the hash, and a change in the upper one', () => {
    const { inside, root } = sandbox.current
    const file = create(root, 'f')
    create(root, 'g')
    const before = file.metadataHash()
    expect(root.metadataHashAt(STAY, 'f')).toStrictEqual(before)
    expect(before.lower).toBeLessThanOrEqual(U64_MAX)
    expect(root.metadataHashAt(STAY, 'g').lower).not.toBe(before.lower)
    file.write(bytes('x'), 0n)
    const after = file.metadataHash()
    expect(after.lower).toBe(before.lower)
    expect(after.upper).not.toBe(before.upper)
    symlinkSync('f', join(inside, 'l'))
    expect(root.metadataHashAt(FOLLOW, 'l')).toStrictEqual(after)
    expect(root.metadataHashAt(STAY, 'l')).not.toStrictEqual(after)
    expect(root.metadataHash().lower).not.toBe(after.lower)
  })
})

describe('open-at', () => {
  const write = { read: true, write: true }

  it('creates, keeps, truncates and refuses as its flags say', () => {
    const { inside, root } = sandbox.current
    const text = () => readFileSync(join(inside, 'f'), 'utf8')
    const opening = (flags: object, descriptorFlags: object = write) =>
      refusal(() => open(root, 'f', descriptorFlags, flags))
    expect(opening({})).toBe('no-entry')
    expect(opening({ exclusive: true })).toBe('no-entry')
    expect(opening({ truncate: true })).toBe('no-entry')
    open(root, 'f', write, { create: true, exclusive: true }).write(bytes('text'), 0n)
    expect(opening({ create: true, exclusive: true })).toBe('exist')
    expect(opening({ create: true })).toBe('ok')
    expect(text()).toBe('text')
    expect(opening({ create: true, truncate: true })).toBe('ok')
    expect(text()).toBe('')
    writeFileSync(join(inside, 'f'), 'text')
    expect(opening({ truncate: true }, { write: true })).toBe('ok')
    expect(text()).toBe('')
    expect(opening({ directory: true })).toBe('not-directory')
    for (const more of [{ create: true }, { exclusive: true }, { truncate: true }]) {
      expect(opening({ directory: true, ...more })).toBe('invalid')
    }
  })

  it('opens directories without changing them', () => {
    const { inside, root } = sandbox.current
    mkdirSync(join(inside, 'd'))
    const opening = (flags: object, descriptorFlags: object) =>
      refusal(() => open(root, 'd', descriptorFlags, flags))
    expect(opening({}, { read: true })).toBe('ok')
    expect(opening({ directory: true }, { read: true, mutateDirectory: true })).toBe('ok')
    expect(opening({ directory: true }, { read: true, write: true })).toBe('ok')
    expect(opening({}, { write: true })).toBe('is-directory')
    expect(opening({ truncate: true }, { read: true })).toBe('is-directory')
    expect(opening({ create: true }, { read: true })).toBe('is-directory')
    expect(opening({ create: true, exclusive: true }, { write: true })).toBe('exist')
    const directory = open(root, 'd')
    for (const call of [
      () => directory.read(1n, 0n),
      () => directory.write(bytes('x'), 0n),
      () => directory.readViaStream(0n),
      () => directory.writeViaStream(0n),
      () => directory.appendViaStream(),
      () => directory.setSize(0n),
    ]) {
      expect(refusal(call)).toBe('is-directory')
    }
    expect(refusal(() => directory.advise(0n, 0n))).toBe('bad-descriptor')
    // The preview 1 adapter opens directories without mutate-directory, and removes files in them nevertheless.
    directory.createDirectoryAt('e')
    directory.removeDirectoryAt('e')
    expect(directory.getFlags()).toMatchObject({ read: true, mutateDirectory: true })
  })

  it('creates the target of a dangling link inside, not another file', () => {
    const { inside, root } = sandbox.current
    root.symlinkAt('target', 'l')
    expect(refusal(() => open(root, 'l', write, { create: true }, false))).toBe('loop')
    open(root, 'l', write, { create: true })
    expect(statSync(join(inside, 'target')).isFile()).toBe(true)
  })
})
