import { describe, expect, it } from 'vitest'
import { HostError } from '../../host/errors.js'
import { ProcessExit as ProcessExit1 } from '../../preview1.js'
import { createPreview2, InputStream, OutputStream, ProcessExit } from '../../preview2.js'
import { TestGuest, bytes, refusal } from './sandbox.js'

function streamOf(guest: TestGuest, name: 'stdout' | 'stderr'): OutputStream {
  const stream = guest.call(`wasi:cli/${name}#get${name === 'stdout' ? 'Stdout' : 'Stderr'}`)
  if (!(stream instanceof OutputStream)) throw new Error('expected an output stream')
  return stream
}

function statusOf(exit: () => unknown): number {
  try {
    exit()
  } catch (error) {
    if (error instanceof ProcessExit) return error.status
    throw error
  }
  throw new Error('expected an exit')
}

describe('the imports', () => {
  it('are the interfaces of wasi:cli, clocks, filesystem, io and random, all of their functions', () => {
    const members = Object.fromEntries(
      Object.entries(new TestGuest().imports).map(([name, members]) => [name, Object.keys(members).sort()]),
    )
    expect(members).toStrictEqual({
      'wasi:cli/environment': ['getArguments', 'getEnvironment', 'initialCwd'],
      'wasi:cli/exit': ['exit', 'exitWithCode'],
      'wasi:cli/stderr': ['getStderr'],
      'wasi:cli/stdin': ['getStdin'],
      'wasi:cli/stdout': ['getStdout'],
      'wasi:cli/terminal-input': ['TerminalInput'],
      'wasi:cli/terminal-output': ['TerminalOutput'],
      'wasi:cli/terminal-stderr': ['getTerminalStderr'],
      'wasi:cli/terminal-stdin': ['getTerminalStdin'],
      'wasi:cli/terminal-stdout': ['getTerminalStdout'],
      'wasi:clocks/monotonic-clock': ['now', 'resolution', 'subscribeDuration', 'subscribeInstant'],
      'wasi:clocks/timezone': ['display', 'utcOffset'],
      'wasi:clocks/wall-clock': ['now', 'resolution'],
      'wasi:filesystem/preopens': ['getDirectories'],
      'wasi:filesystem/types': ['Descriptor', 'DirectoryEntryStream', 'filesystemErrorCode'],
      'wasi:io/error': ['Error'],
      'wasi:io/poll': ['Pollable', 'poll'],
      'wasi:io/streams': ['InputStream', 'OutputStream'],
      'wasi:random/insecure': ['getInsecureRandomBytes', 'getInsecureRandomU64'],
      'wasi:random/insecure-seed': ['insecureSeed'],
      'wasi:random/random': ['getRandomBytes', 'getRandomU64'],
    })
  })

  it('have the same classes for every guest, each with a way to drop its instances', () => {
    const [first, second] = [new TestGuest().imports, new TestGuest().imports]
    const classes = Object.entries(first).flatMap(([key, members]) =>
      Object.keys(members)
        .filter((name) => /^[A-Z]/.test(name))
        .map((name) => [members[name], second[key]?.[name]]),
    )
    expect(classes).toHaveLength(8)
    for (const [one, other] of classes) {
      expect(one).toBe(other)
      const prototype: unknown = typeof one === 'function' ? one.prototype : undefined
      expect(prototype).toSatisfy((object: object) => Symbol.dispose in object)
    }
  })
})

describe('the environment', () => {
  it('is the one given to the guest', () => {
    const guest = new TestGuest({ args: ['a', 'ü b', ''], env: { ONE: '1', EMPTY: '' } })
    expect(guest.call('wasi:cli/environment#getArguments')).toStrictEqual(['a', 'ü b', ''])
    expect(guest.call('wasi:cli/environment#getEnvironment')).toStrictEqual([
      ['ONE', '1'],
      ['EMPTY', ''],
    ])
    expect(guest.call('wasi:cli/environment#initialCwd')).toBeUndefined()
  })

  it('is refused if it cannot be passed on', () => {
    const options = { preopens: [], stdout: () => undefined, stderr: () => undefined }
    expect(() => createPreview2({ ...options, args: ['a\0b'], env: {} })).toThrow(HostError)
    expect(() => createPreview2({ ...options, args: [], env: { 'A=B': '' } })).toThrow(HostError)
  })
})

describe('exit', () => {
  it('ends the guest with its status, as preview 1 does', () => {
    const guest = new TestGuest()
    expect(statusOf(() => guest.call('wasi:cli/exit#exit', { tag: 'ok' }))).toBe(0)
    expect(statusOf(() => guest.call('wasi:cli/exit#exit', { tag: 'err' }))).toBe(1)
    expect(statusOf(() => guest.call('wasi:cli/exit#exitWithCode', 42))).toBe(42)
    expect(ProcessExit).toBe(ProcessExit1)
  })
})

describe('the standard streams', () => {
  it('carry bytes to their sinks', () => {
    const guest = new TestGuest()
    streamOf(guest, 'stdout').blockingWriteAndFlush(bytes('out'))
    const stderr = streamOf(guest, 'stderr')
    expect(stderr.checkWrite()).toBe(65_536n)
    stderr.write(bytes('e'))
    stderr.write(bytes('rr'))
    stderr.flush()
    expect(Buffer.concat(guest.stdout).toString()).toBe('out')
    expect(Buffer.concat(guest.stderr).toString()).toBe('err')
  })

  it('can be requested again after they were dropped', () => {
    const guest = new TestGuest()
    const first = streamOf(guest, 'stdout')
    const second = streamOf(guest, 'stdout')
    first[Symbol.dispose]()
    expect(refusal(() => first.blockingWriteAndFlush(bytes('x')))).toStrictEqual({ tag: 'closed' })
    second.blockingWriteAndFlush(bytes('second'))
    streamOf(guest, 'stdout').blockingWriteAndFlush(bytes(' third'))
    expect(Buffer.concat(guest.stdout).toString()).toBe('second third')
  })

  it('let through an exception by which a sink ends the guest', () => {
    const limit = new Error('output limit')
    const guest = new TestGuest({
      stdout: () => {
        throw limit
      },
    })
    expect(() => streamOf(guest, 'stdout').blockingWriteAndFlush(bytes('x'))).toThrow(limit)
  })

  it('have nothing to read', () => {
    const stdin = new TestGuest().call('wasi:cli/stdin#getStdin')
    if (!(stdin instanceof InputStream)) throw new Error('expected an input stream')
    expect(stdin.subscribe().ready()).toBe(true)
    for (const read of [
      () => stdin.read(10n),
      () => stdin.blockingRead(0n),
      () => stdin.blockingRead(10n),
      () => stdin.skip(10n),
      () => stdin.blockingSkip(10n),
    ]) {
      expect(refusal(read)).toStrictEqual({ tag: 'closed' })
    }
  })

  it('are not terminals', () => {
    const guest = new TestGuest()
    for (const name of ['stdin#getTerminalStdin', 'stdout#getTerminalStdout', 'stderr#getTerminalStderr']) {
      expect(guest.call(`wasi:cli/terminal-${name}`)).toBeUndefined()
    }
  })
})

describe('random numbers', () => {
  it.each(['random#getRandomBytes', 'insecure#getInsecureRandomBytes'])(
    'return the requested number of bytes: %s',
    (name) => {
      const guest = new TestGuest()
      const random = (length: bigint) => {
        const got = guest.call(`wasi:random/${name}`, length)
        if (!(got instanceof Uint8Array)) throw new Error('expected bytes')
        return got
      }
      expect(random(0n)).toHaveLength(0)
      const many = random(200_000n)
      expect(many).toHaveLength(200_000)
      expect(new Set(many).size).toBe(256)
      expect(random(32n)).not.toStrictEqual(random(32n))
      for (const huge of [2n ** 26n + 1n, 2n ** 63n, 2n ** 64n - 1n]) {
        expect(() => random(huge)).toThrow(WebAssembly.RuntimeError)
      }
    },
  )

  it('return 64 bits, and a seed', () => {
    const guest = new TestGuest()
    for (const name of ['random#getRandomU64', 'insecure#getInsecureRandomU64']) {
      const drawn = Array.from({ length: 64 }, () => BigInt(String(guest.call(`wasi:random/${name}`))))
      expect(new Set(drawn).size).toBe(64)
      expect(drawn.every((number) => number >= 0n && number < 2n ** 64n)).toBe(true)
      expect(drawn.some((number) => number >= 2n ** 32n)).toBe(true)
    }
    const seed = guest.call('wasi:random/insecure-seed#insecureSeed')
    expect(seed).toStrictEqual([expect.any(BigInt), expect.any(BigInt)])
    expect(guest.call('wasi:random/insecure-seed#insecureSeed')).not.toStrictEqual(seed)
  })
})
