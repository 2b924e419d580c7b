import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { HostError } from '../../host/errors.js'
import type { StreamSink } from '../../host/streams.js'
import { toStreamSink } from '../../host/stdio.js'
import { InputStream } from '../../preview2/input-stream.js'
import { IoError } from '../../preview2/io-error.js'
import { OutputStream } from '../../preview2/output-stream.js'
import { U64_MAX, bytes, create, eachInSandbox, open, refusal, text } from './sandbox.js'
import { ThreadSource } from './thread-source.js'

const sandbox = eachInSandbox()
const closed = { tag: 'closed' }
const failed = { tag: 'last-operation-failed', val: expect.any(IoError) as unknown }

/** Takes a few bytes between flushes, and has flushed once it was waited for. */
class SmallSink implements StreamSink {
  readonly written: string[] = []
  closed = false
  /** The error that the next calls throw; `over` if the sink accepts nothing any more. */
  trouble: HostError | 'over' | undefined
  #room: number
  readonly #size: number

  constructor(size: number) {
    this.#size = size
    this.#room = size
  }

  room(): number | undefined {
    if (this.trouble instanceof HostError) throw this.trouble
    return this.trouble === 'over' ? undefined : this.#room
  }

  write(contents: Uint8Array): void {
    if (contents.length > this.#room) throw new Error('more than there is room for')
    this.#room -= contents.length
    this.written.push(text(contents))
  }

  flush(): void {
    this.#room = 0
  }

  ready(): boolean {
    return this.trouble !== undefined || this.#room > 0
  }

  wait(): void {
    this.#room = this.#size
  }

  close(): void {
    this.closed = true
  }
}

describe('an input stream', () => {
  it('returns available bytes, waits only if asked to, and is closed at the end', async () => {
    const source = await ThreadSource.start(4)
    const stream = new InputStream(source)
    expect(stream.read(10n)).toHaveLength(0)
    expect(stream.skip(10n)).toBe(0n)
    expect(stream.blockingRead(0n)).toHaveLength(0)
    source.let(1)
    expect(text(stream.blockingRead(10n))).toBe('A')
    source.let(1)
    expect(stream.blockingSkip(U64_MAX)).toBe(1n)
    source.let(2)
    expect(text(stream.blockingRead(1n))).toBe('A')
    expect(text(stream.blockingRead(1n))).toBe('A')
    expect(refusal(() => stream.read(1n))).toStrictEqual(closed)
    expect(refusal(() => stream.blockingRead(1n))).toStrictEqual(closed)
    expect(stream.subscribe().ready()).toBe(true)
    stream[Symbol.dispose]()
    expect(source.closed).toBe(true)
    await source.stop()
  })

  it('reports a failure once, with its code and without paths of the host, and is then closed', () => {
    let isClosed = false
    const stream = new InputStream({
      ready: () => true,
      wait: () => undefined,
      read: () => {
        throw new HostError('EIO', 'EIO: i/o error, read /host/path')
      },
      close: () => {
        isClosed = true
      },
    })
    const error = refusal(() => stream.read(1n))
    expect(error).toStrictEqual(failed)
    expect(isClosed).toBe(true)
    const { val } = error as { val: IoError }
    expect(val.toDebugString()).toBe('EIO')
    expect(sandbox.current.guest.call('wasi:filesystem/types#filesystemErrorCode', val)).toBe('io')
    expect(refusal(() => stream.read(1n))).toStrictEqual(closed)
    expect(refusal(() => stream.read(0n))).toStrictEqual(closed)
  })

  it('of a file continues from its offset, and sees data appended to the file', () => {
    const { inside, root } = sandbox.current
    writeFileSync(join(inside, 'f'), 'hello')
    const file = open(root, 'f')
    const stream = file.readViaStream(1n)
    const other = file.readViaStream(0n)
    expect(text(stream.read(2n))).toBe('el')
    expect(stream.read(0n)).toHaveLength(0)
    expect(stream.skip(1n)).toBe(1n)
    expect(text(stream.blockingRead(U64_MAX))).toBe('o')
    expect(refusal(() => stream.read(1n))).toStrictEqual(closed)
    expect(text(other.read(10n))).toBe('hello')
    writeFileSync(join(inside, 'f'), ' again', { flag: 'a' })
    expect(text(stream.read(10n))).toBe(' again')
    expect(stream.subscribe().ready()).toBe(true)
    expect(refusal(() => file.readViaStream(100n).read(1n))).toStrictEqual(closed)
    expect(refusal(() => file.readViaStream(2n ** 60n).read(1n))).toStrictEqual(closed)
    expect(refusal(() => file.readViaStream(2n ** 63n))).toBe('invalid')
  })

  it('gives at most 64 KiB at once, whatever is asked for', () => {
    const { inside, root } = sandbox.current
    writeFileSync(join(inside, 'f'), Buffer.alloc(150_000))
    const stream = open(root, 'f').readViaStream(0n)
    expect(stream.read(2n ** 63n)).toHaveLength(65_536)
    expect(stream.skip(U64_MAX)).toBe(65_536n)
    expect(stream.blockingRead(U64_MAX)).toHaveLength(150_000 - 2 * 65_536)
  })

  it('of a file outlives its descriptor', () => {
    const { inside, root } = sandbox.current
    writeFileSync(join(inside, 'f'), 'hello')
    const file = open(root, 'f')
    const stream = file.readViaStream(0n)
    file[Symbol.dispose]()
    expect(text(stream.read(2n))).toBe('he')
    stream[Symbol.dispose]()
    stream[Symbol.dispose]()
    expect(refusal(() => stream.read(1n))).toStrictEqual(closed)
  })
})

describe('an output stream', () => {
  it('C21: accepts what there is room for, even without a check, and traps beyond', () => {
    const sink = new SmallSink(4)
    const stream = new OutputStream(sink)
    stream.write(bytes('abc'))
    expect(() => stream.write(bytes('de'))).toThrow(WebAssembly.RuntimeError)
    expect(() => stream.writeZeroes(2n)).toThrow(WebAssembly.RuntimeError)
    stream.writeZeroes(1n)
    expect(sink.written).toStrictEqual(['abc', '\0'])
  })

  it('accepts no more than it announced', () => {
    const sink = new SmallSink(4)
    const stream = new OutputStream(sink)
    expect(stream.checkWrite()).toBe(4n)
    stream.write(bytes('ab'))
    stream.write(bytes(''))
    stream.write(bytes('c'))
    expect(() => stream.write(bytes('de'))).toThrow(WebAssembly.RuntimeError)
    stream.write(bytes('d'))
    expect(stream.checkWrite()).toBe(0n)
    expect(() => stream.writeZeroes(1n)).toThrow(WebAssembly.RuntimeError)
    expect(() => stream.writeZeroes(U64_MAX)).toThrow(WebAssembly.RuntimeError)
    expect(sink.written).toStrictEqual(['ab', 'c', 'd'])
  })

  it('has no room while it is being flushed', () => {
    const stream = new OutputStream(new SmallSink(4))
    const pollable = stream.subscribe()
    expect(stream.checkWrite()).toBe(4n)
    expect(pollable.ready()).toBe(true)
    stream.flush()
    expect(pollable.ready()).toBe(false)
    expect(stream.checkWrite()).toBe(0n)
    expect(() => stream.write(bytes('a'))).toThrow(WebAssembly.RuntimeError)
    pollable.block()
    expect(stream.checkWrite()).toBe(4n)
    stream.blockingFlush()
    expect(stream.checkWrite()).toBe(4n)
  })

  it('writes and flushes up to 4096 bytes or zeroes, piece by piece', () => {
    const sink = new SmallSink(3)
    const stream = new OutputStream(sink)
    stream.blockingWriteAndFlush(bytes('abcdefgh'))
    expect(sink.written).toStrictEqual(['abc', 'def', 'gh'])
    stream.blockingWriteZeroesAndFlush(4n)
    expect(sink.written.slice(3)).toStrictEqual(['\0\0\0', '\0'])
    stream.blockingWriteAndFlush(bytes(''))
    stream.blockingWriteAndFlush(new Uint8Array(4096))
    for (const tooMany of [
      () => stream.blockingWriteAndFlush(new Uint8Array(4097)),
      () => stream.blockingWriteZeroesAndFlush(4097n),
      () => stream.blockingWriteZeroesAndFlush(U64_MAX),
    ]) {
      expect(tooMany).toThrow(WebAssembly.RuntimeError)
    }
  })

  it('is closed with its sink', () => {
    const sink = new SmallSink(4)
    const stream = new OutputStream(sink)
    stream.checkWrite()
    sink.trouble = 'over'
    expect(refusal(() => stream.write(bytes('a')))).toStrictEqual(closed)
    expect(refusal(() => stream.checkWrite())).toStrictEqual(closed)
    expect(refusal(() => stream.flush())).toStrictEqual(closed)
    expect(refusal(() => stream.blockingFlush())).toStrictEqual(closed)
    expect(refusal(() => stream.blockingWriteAndFlush(bytes('a')))).toStrictEqual(closed)
    expect(sink.written).toStrictEqual([])
  })

  it('reports a failure once, and is then closed', () => {
    const sink = new SmallSink(4)
    const stream = new OutputStream(sink)
    stream.checkWrite()
    sink.trouble = new HostError('EPIPE')
    const error = refusal(() => stream.checkWrite())
    expect(error).toStrictEqual(failed)
    expect(IoError.toErrorCode((error as { val: IoError }).val)).toBe('pipe')
    expect(sink.closed).toBe(true)
    for (const call of [
      () => stream.checkWrite(),
      () => stream.write(bytes('a')),
      () => stream.writeZeroes(U64_MAX),
      () => stream.flush(),
      () => stream.blockingFlush(),
      () => stream.blockingWriteAndFlush(bytes('a')),
      () => stream.blockingWriteZeroesAndFlush(1n),
    ]) {
      expect(refusal(call)).toStrictEqual(closed)
    }
    expect(stream.subscribe().ready()).toBe(true)
  })

  it('to a file writes from its offset, over existing data', () => {
    const { inside, root } = sandbox.current
    const file = create(root, 'f')
    const contents = () => readFileSync(join(inside, 'f'), 'utf8')
    const stream = file.writeViaStream(2n)
    expect(stream.checkWrite()).toBe(1_048_576n)
    stream.write(bytes('cd'))
    stream.writeZeroes(1n)
    stream.blockingWriteAndFlush(bytes('e'))
    expect(contents()).toBe('\0\0cd\0e')
    file.writeViaStream(0n).blockingWriteAndFlush(bytes('ab'))
    expect(contents()).toBe('abcd\0e')
    stream[Symbol.dispose]()
    expect(refusal(() => stream.checkWrite())).toStrictEqual(closed)
    expect(refusal(() => file.writeViaStream(2n ** 63n))).toBe('invalid')
    const beyond = file.writeViaStream(2n ** 60n)
    expect(refusal(() => beyond.blockingWriteAndFlush(bytes('x')))).toStrictEqual(failed)
    expect(refusal(() => beyond.checkWrite())).toStrictEqual(closed)
  })

  it.each([{}, { dataIntegritySync: true }, { fileIntegritySync: true }])(
    'appends, even if others append too: %o',
    (sync) => {
      const { inside, root } = sandbox.current
      writeFileSync(join(inside, 'f'), 'start')
      const stream = open(root, 'f', { write: true, ...sync }).appendViaStream()
      writeFileSync(join(inside, 'f'), ' others', { flag: 'a' })
      stream.blockingWriteAndFlush(bytes(' mine'))
      expect(readFileSync(join(inside, 'f'), 'utf8')).toBe('start others mine')
    },
  )
})

describe('splice', () => {
  it('moves as much as both sides allow', () => {
    const { inside, root } = sandbox.current
    writeFileSync(join(inside, 'f'), 'hello world')
    const source = open(root, 'f').readViaStream(0n)
    const sink = new SmallSink(4)
    const target = new OutputStream(sink)
    expect(target.splice(source, 2n)).toBe(2n)
    expect(target.splice(source, U64_MAX)).toBe(2n)
    expect(target.splice(source, U64_MAX)).toBe(0n)
    expect(target.splice(source, 0n)).toBe(0n)
    expect(target.blockingSplice(source, U64_MAX)).toBe(4n)
    expect(target.blockingSplice(source, U64_MAX)).toBe(3n)
    expect(sink.written).toStrictEqual(['he', 'll', 'o wo', 'rld'])
    expect(refusal(() => target.splice(source, 1n))).toStrictEqual(closed)
  })

  it('waits for the source', async () => {
    const source = await ThreadSource.start(1)
    const written: string[] = []
    const target = new OutputStream(toStreamSink((contents) => written.push(text(contents))))
    const stream = new InputStream(source)
    expect(target.splice(stream, 5n)).toBe(0n)
    source.let(1)
    expect(target.blockingSplice(stream, 5n)).toBe(1n)
    expect(written).toStrictEqual(['A'])
    await source.stop()
  })

  it('reports the failure of either side', () => {
    const sink = new SmallSink(4)
    const target = new OutputStream(sink)
    expect(refusal(() => target.splice(new InputStream(undefined), 1n))).toStrictEqual(closed)
    expect(sink.closed).toBe(false)
    sink.trouble = new HostError('ENOSPC')
    expect(refusal(() => target.splice(new InputStream(undefined), 1n))).toStrictEqual(failed)
  })
})
