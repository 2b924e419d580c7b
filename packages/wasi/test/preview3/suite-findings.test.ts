import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { call, drain, error, future, refusal, sandbox, start, streamOf } from './guest.js'

// Findings of the official test suite of WASI 0.3, numbered as in test/docs/findings.test.ts.
describe('C5: the insecure seed', () => {
  const seedOf = (host: ReturnType<typeof start>['host']) =>
    call(host, 'wasi:random/insecure-seed@0.3#getInsecureSeed')

  it('is the same throughout an instance, and different for another one', () => {
    const { host } = start()
    const seed = seedOf(host)
    expect([seedOf(host), seedOf(host)]).toStrictEqual([seed, seed])
    expect(seedOf(start().host)).not.toStrictEqual(seed)
  })
})

describe('C5: files', () => {
  it('accept no advice for directories, nor beyond the largest offset', () => {
    const { directory } = sandbox()
    const file = directory.openAt({}, 'file', {}, { read: true })
    expect(() => directory.advise(0n, 0n)).toThrow(refusal('bad-descriptor'))
    expect(() => file.advise(0n, 100n)).not.toThrow()
    expect(() => file.advise(1n << 63n, 0n)).toThrow(refusal('invalid'))
  })

  it('can be changed through a directory that was opened for changes', () => {
    const { directory, hostPath } = sandbox()
    const same = directory.openAt({}, '.', {}, { read: true, mutateDirectory: true })
    expect(same.getFlags()).toMatchObject({ mutateDirectory: true })
    same.createDirectoryAt('made')
    expect(existsSync(join(hostPath, 'made'))).toBe(true)
    const narrower = directory.openAt({}, '.', {}, { read: true })
    expect(narrower.getFlags()).toMatchObject({ mutateDirectory: false })
  })

  it('cannot be changed through a read-only directory', () => {
    const { directory } = sandbox(true)
    expect(() => directory.openAt({}, '.', {}, { read: true, mutateDirectory: true })).toThrow(
      refusal('read-only'),
    )
  })

  it.each(['write', 'append'])('accept no byte of a %s if opened read-only', (kind) => {
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
