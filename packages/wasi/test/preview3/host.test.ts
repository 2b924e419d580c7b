import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Later } from '@proplet/component/link/async/host.js'
import { ESCAPES, layEscapes } from '../escapes.js'
import { call, drain, error, future, refusal, sandbox, start, streamOf, text } from './guest.js'

describe('the host of WASI 0.3', () => {
  it('is present beside that of WASI 0.2', () => {
    const { host } = start()
    expect(call(host, 'wasi:cli/environment@0.3#getArguments')).toStrictEqual(['test'])
    expect(call(host, 'wasi:cli/environment#getArguments')).toStrictEqual(['test'])
    expect(call(host, 'wasi:cli/environment@0.3#getEnvironment')).toStrictEqual([['A', '1']])
    expect(call(host, 'wasi:cli/environment@0.3#getInitialCwd')).toBeUndefined()
  })

  it.each(['stdout', 'stderr'] as const)(
    'writes to %s as data arrives, and reports when all is written',
    (name) => {
      const { host, output } = start()
      const { channel, write } = streamOf('one ', 'two')
      const end = call(host, `wasi:cli/${name}@0.3#writeViaStream`, channel)
      write()
      expect([output[name], future(end)]).toStrictEqual(['one two', { tag: 'ok' }])
    },
  )

  it('has nothing on stdin', () => {
    const { host } = start()
    const [stream, end] = call(host, 'wasi:cli/stdin@0.3#readViaStream') as [unknown, unknown]
    expect([drain(stream), future(end)]).toStrictEqual([[], { tag: 'ok' }])
  })

  it('sleeps with a timer, which can be cancelled', async () => {
    const { host } = start()
    const sleep = (nanoseconds: bigint) => {
      const answer = call(host, 'wasi:clocks/monotonic-clock@0.3#waitFor', nanoseconds)
      return answer instanceof Later ? answer : expect.unreachable('not a Later')
    }
    const before = process.hrtime.bigint()
    await new Promise((resolve) => sleep(3_000_000n).begin(resolve))
    expect(process.hrtime.bigint() - before).toBeGreaterThanOrEqual(3_000_000n)
    const stop = sleep(1_000_000n).begin(() => expect.unreachable('was taken back'))
    stop()
    await new Promise((resolve) => sleep(3_000_000n).begin(resolve))
  })

  it('tells the time and gives random bytes', () => {
    const { host } = start()
    const { seconds } = call(host, 'wasi:clocks/system-clock@0.3#now') as { seconds: bigint }
    expect(seconds).toBeGreaterThan(1_700_000_000n)
    expect(call(host, 'wasi:random/random@0.3#getRandomBytes', 5n)).toHaveLength(5)
    expect(call(host, 'wasi:random/insecure-seed@0.3#getInsecureSeed')).toHaveLength(2)
  })
})

describe('files of WASI 0.3', () => {
  it('are read from an offset, to their end', () => {
    const { directory } = sandbox()
    const file = directory.openAt({}, 'file', {}, { read: true })
    const [stream, end] = file.readViaStream(3n)
    expect([text(drain(stream)), future(end)]).toStrictEqual(['tent', { tag: 'ok' }])
    expect([file.stat().type, file.stat().size, file.getType()]).toStrictEqual([
      { tag: 'regular-file' },
      7n,
      { tag: 'regular-file' },
    ])
  })

  it('are written, and appended to', () => {
    const { directory, hostPath } = sandbox()
    const file = directory.openAt({}, 'new', { create: true }, { write: true })
    const first = streamOf('some ', 'text')
    const second = streamOf(' and more')
    const firstEnd = file.writeViaStream(first.channel, 0n)
    first.write()
    const secondEnd = file.appendViaStream(second.channel)
    second.write()
    expect([future(firstEnd), future(secondEnd)]).toStrictEqual([{ tag: 'ok' }, { tag: 'ok' }])
    expect(readFileSync(join(hostPath, 'new'), 'utf8')).toBe('some text and more')
  })

  it('are listed', () => {
    const { directory } = sandbox()
    const [entries, end] = directory.readDirectory()
    const found = drain(entries) as { name: string }[]
    expect(found.sort((a, b) => (a.name < b.name ? -1 : 1))).toStrictEqual([
      { type: { tag: 'regular-file' }, name: 'file' },
      { type: { tag: 'symbolic-link' }, name: 'link' },
    ])
    expect(future(end)).toStrictEqual({ tag: 'ok' })
  })

  it('that cannot be read or written report it at the end of an empty stream', () => {
    const { directory } = sandbox()
    const file = directory.openAt({}, 'file', {}, { read: true })
    const [bytes, readEnd] = directory.readViaStream(0n)
    const [entries, listEnd] = file.readDirectory()
    const { channel, write } = streamOf('text')
    const writeEnd = file.writeViaStream(channel, 0n)
    write()
    expect([drain(bytes), drain(entries)]).toStrictEqual([[], []])
    expect([future(readEnd), future(listEnd), future(writeEnd)]).toStrictEqual([
      error('is-directory'),
      error('not-directory'),
      error('bad-descriptor'),
    ])
  })

  it.each(ESCAPES)('are not found outside: %j', (path) => {
    const { directory, hostPath, outside } = sandbox()
    layEscapes(hostPath, outside)
    const follow = { symlinkFollow: true }
    expect(() => directory.openAt(follow, path, {}, { read: true })).toThrow(refusal('not-permitted'))
    expect(() => directory.statAt(follow, path)).toThrow(refusal('not-permitted'))
  })

  it('cannot be changed in a read-only directory', () => {
    const { directory } = sandbox(true)
    expect(() => directory.openAt({}, 'new', { create: true }, { write: true })).toThrow(refusal('read-only'))
    expect(() => directory.unlinkFileAt('file')).toThrow(refusal('read-only'))
    expect(() => directory.renameAt('file', directory, 'other')).toThrow(refusal('read-only'))
    expect(directory.isSameObject(directory)).toBe(true)
  })
})
