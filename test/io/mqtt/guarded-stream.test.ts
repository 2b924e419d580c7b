import { once } from 'node:events'
import { Duplex } from 'node:stream'
import { expect, it } from 'vitest'
import { GuardedStream, type StreamHooks } from '../../../src/io/mqtt/guarded-stream.js'
import { PacketLimiter } from '../../../src/io/mqtt/limiter.js'

/** A socket that accepts one write at a time, when the test says so. */
class SlowSocket extends Duplex {
  readonly written: number[] = []
  proceed: (() => void) | undefined

  constructor() {
    super({ highWaterMark: 1 })
  }

  override _read(): void {
    // the test pushes incoming data
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.written.push(chunk.length)
    this.proceed = done
    this.emit('taken')
  }
}

const setUp = (hooks: StreamHooks = {}) => {
  const socket = new SlowSocket()
  const onOversize = () => undefined
  const limiter = new PacketLimiter({ maxPacketBytes: 1e6, marker: Buffer.from('marker'), onOversize })
  return { socket, stream: new GuardedStream(socket, limiter, hooks) }
}

it('sends large packets in pieces, each a sign that the connection is alive', async () => {
  const { socket, stream } = setUp()
  stream.write(Buffer.alloc(150_000))
  expect([socket.written, stream.bulkAt]).toEqual([[65_536], -Infinity])
  let last = -Infinity
  for (let i = 0; i < 2; i++) {
    const taken = once(socket, 'taken')
    socket.proceed?.()
    await taken
    expect(stream.bulkAt).toBeGreaterThan(last)
    last = stream.bulkAt
  }
  expect(socket.written).toEqual([65_536, 65_536, 18_928])
})

it('does not count small packets as such a sign', async () => {
  const { socket, stream } = setUp()
  const written = new Promise<void>((resolve) => stream.write(Buffer.alloc(1000), () => resolve()))
  socket.proceed?.()
  await written
  socket.push(Buffer.from([0xd0, 0]))
  await once(stream, 'data')
  expect(stream.bulkAt).toBe(-Infinity)
})

it('counts an arriving large packet as one', async () => {
  const { socket, stream } = setUp()
  socket.push(Buffer.concat([Buffer.from([0x30, 0x80, 0x80, 0x08]), Buffer.alloc(1000)]))
  await once(socket, 'data')
  expect(stream.bulkAt).toBeGreaterThan(0)
})

it('tells when it begins and ends to receive a large packet; being closed ends that, too', () => {
  const told: boolean[] = []
  const { socket, stream } = setUp({ onReceiving: (isReceiving) => told.push(isReceiving) })
  const large = Buffer.concat([Buffer.from([0x30, 0x80, 0x80, 0x08, 0, 1, 0x74]), Buffer.alloc(131_072 - 3)])
  socket.emit('data', Buffer.from([0x30, 3, 0, 1, 0x74]))
  expect(told).toEqual([])
  socket.emit('data', large.subarray(0, 1000))
  socket.emit('data', large.subarray(1000, 100_000))
  expect(told).toEqual([true])
  socket.emit('data', large.subarray(100_000))
  expect(told).toEqual([true, false])
  socket.emit('data', large.subarray(0, 10))
  stream.destroy()
  expect(told).toEqual([true, false, true, false])
})

const nextOf = (stream: GuardedStream) => stream.read() as Buffer | null

it('issue 14.2: gives messages one at a time, each when the one before was taken, and all else at once', async () => {
  const { socket, stream } = setUp()
  const message = Buffer.from([0x30, 3, 0, 1, 0x74])
  const pingresp = Buffer.from([0xd0, 0])
  socket.push(Buffer.concat([message, message, pingresp]))
  await once(socket, 'data')
  // From Node.js 26 on, `read` returns a single chunk.
  const read = () => {
    const chunks: Buffer[] = []
    for (let chunk = nextOf(stream); chunk !== null; chunk = nextOf(stream)) chunks.push(chunk)
    return Buffer.concat(chunks)
  }
  expect(read()).toEqual(Buffer.concat([pingresp, message]))
  stream.messageTaken()
  expect(read()).toEqual(message)
  stream.messageTaken()
  socket.push(null)
  await once(socket, 'end')
  stream.messageTaken()
  expect(read()).toEqual(Buffer.alloc(0))
})

it('closes with its socket, and its socket with it', async () => {
  const first = setUp()
  first.socket.destroy()
  await once(first.stream, 'close')
  const second = setUp()
  second.stream.destroy()
  await once(second.socket, 'close')
  expect(second.stream.closed).toBe(true)
})

it('sends everything written in one turn together', async () => {
  const { socket, stream } = setUp()
  const packets = [Buffer.from([0xd0, 0]), Buffer.from([0xe0, 0]), Buffer.from([0xc0, 0])]
  for (const packet of packets) {
    stream.cork()
    stream.write(packet)
    process.nextTick(() => stream.uncork())
  }
  await once(socket, 'taken')
  expect(stream.writableLength).toBe(6)
  expect(stream.writableCorked).toBe(0)
})
