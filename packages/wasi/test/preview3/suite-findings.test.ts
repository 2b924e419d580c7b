import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { call, drain, error, future, refusal, sandbox, start, streamOf } from './guest.js'

// What the official test suite of WASI 0.3 found, by the number that it was filed under.
describe('C5: the insecure seed', () => {
  const seedOf = (host: ReturnType<typeof start>['host']) =>
    call(host, 'wasi:random/insecure-seed@0.3#getInsecureSeed')

  it('is the same for an instance, however often it is asked for, and another for another', () => {
    const { host } = start()
    const seed = seedOf(host)
    expect([seedOf(host), seedOf(host)]).toStrictEqual([seed, seed])
    expect(seedOf(start().host)).not.toStrictEqual(seed)
  })
})

describe('C5: files', () => {
  it('take no advice where they are directories, nor beyond what an offset may be', () => {
    const { directory } = sandbox()
    const file = directory.openAt({}, 'file', {}, { read: true })
    expect(() => directory.advise(0n, 0n)).toThrow(refusal('bad-descriptor'))
    expect(() => file.advise(0n, 100n)).not.toThrow()
    expect(() => file.advise(1n << 63n, 0n)).toThrow(refusal('invalid'))
  })

  it('are changed through a directory that was opened to change it', () => {
    const { directory, hostPath } = sandbox()
    const same = directory.openAt({}, '.', {}, { read: true, mutateDirectory: true })
    expect(same.getFlags()).toMatchObject({ mutateDirectory: true })
    same.createDirectoryAt('made')
    expect(existsSync(join(hostPath, 'made'))).toBe(true)
    const narrower = directory.openAt({}, '.', {}, { read: true })
    expect(narrower.getFlags()).toMatchObject({ mutateDirectory: false })
  })

  it('refuse that of a directory that is only to be read', () => {
    const { directory } = sandbox(true)
    expect(() => directory.openAt({}, '.', {}, { read: true, mutateDirectory: true })).toThrow(
      refusal('read-only'),
    )
  })

  it.each(['write', 'append'])('take no byte of a %s where they are only open to be read', (kind) => {
    const { directory, hostPath } = sandbox()
    const file = directory.openAt({}, 'file', {}, { read: true })
    const { channel, write } = streamOf('lost')
    const end = kind === 'write' ? file.writeViaStream(channel, 0n) : file.appendViaStream(channel)
    write()
    expect(future(end)).toStrictEqual(error('bad-descriptor'))
    expect(drain(channel)).toStrictEqual([])
    expect(readFileSync(join(hostPath, 'file'), 'utf8')).toBe('content')
  })
})
