import fc from 'fast-check'
import { generate, parser, type Packet } from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import { MAX_CONTROL_PACKET_BYTES, PacketError, PacketLimiter } from '../../../src/io/mqtt/limiter.js'

const MARKER = Buffer.from('marker')

const lengthBytes = (value: number): number[] =>
  value < 128 ? [value] : [(value & 0x7f) | 0x80, ...lengthBytes(value >>> 7)]

const packet = (first: number, body: Buffer): Buffer =>
  Buffer.concat([Buffer.from([first, ...lengthBytes(body.length)]), body])

type Publish = { readonly topic: string; readonly qos: number; readonly id: number; readonly size: number }

const publish = ({ topic, qos, id }: Publish, payload: Buffer): Buffer => {
  const name = Buffer.from(topic)
  const length = Buffer.from([name.length >> 8, name.length & 0xff])
  const idBytes = qos === 0 ? Buffer.alloc(0) : Buffer.from([id >> 8, id & 0xff])
  return packet(0x30 | (qos << 1), Buffer.concat([length, name, idBytes, payload]))
}

const setUp = (maxPacketBytes: number) => {
  const reports: [string, number][] = []
  const onOversize = (topic: string, bytes: number) => reports.push([topic, bytes])
  const limiter = new PacketLimiter({ maxPacketBytes, marker: MARKER, onOversize })
  return { limiter, reports }
}

describe('PacketLimiter', () => {
  it('passes packets within the limit, and replaces others, however the bytes are split', () => {
    const publishing = fc.record({
      topic: fc.stringMatching(/^[a-zé/]{1,40}$/),
      qos: fc.integer({ min: 0, max: 2 }),
      id: fc.integer({ min: 1, max: 0xffff }),
      size: fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 16_000, max: 20_000 })),
    })
    const other = fc.record({
      first: fc.constantFrom(0x40, 0x50, 0x62, 0x70, 0x90, 0xd0),
      length: fc.constantFrom(0, 2, 5, 200),
    })
    fc.assert(
      fc.property(
        fc.array(fc.oneof(publishing, other), { minLength: 1, maxLength: 12 }),
        fc.array(fc.oneof(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 9000 })), {
          minLength: 1,
        }),
        (packets, cuts) => {
          const limit = 200
          const expectedReports: [string, number][] = []
          const sent: Buffer[] = []
          const expected: Buffer[] = []
          for (const item of packets) {
            if ('topic' in item) {
              const bytes = publish(item, Buffer.alloc(item.size, 0xff))
              sent.push(bytes)
              if (bytes.length > limit) {
                expectedReports.push([item.topic, bytes.length])
                expected.push(publish(item, MARKER))
              } else expected.push(bytes)
            } else {
              const bytes = packet(item.first, Buffer.alloc(item.length, 0x82))
              sent.push(bytes)
              expected.push(bytes)
            }
          }
          const { limiter, reports } = setUp(limit)
          const stream = Buffer.concat(sent)
          const out: Buffer[] = []
          for (let at = 0, i = 0; at < stream.length; i++) {
            const size = cuts[i % cuts.length] ?? 1
            out.push(...limiter.push(stream.subarray(at, at + size)))
            at += size
          }
          expect(Buffer.concat(out).equals(Buffer.concat(expected))).toBe(true)
          expect(reports).toEqual(expectedReports)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('replaces an oversized PUBLISH of MQTT 5 by one without properties, however large they are (issue 14.4)', () => {
    const V5 = { protocolVersion: 5 }
    const large = generate(
      {
        cmd: 'publish',
        topic: 'a/b',
        payload: 'x'.repeat(500),
        qos: 2,
        messageId: 7,
        dup: false,
        retain: false,
        properties: { userProperties: { note: 'y'.repeat(20_000) } },
      },
      V5,
    )
    for (const size of [1, 7, 20_000, large.length]) {
      const reports: number[] = []
      const onOversize = (_topic: string, bytes: number) => reports.push(bytes)
      const limiter = new PacketLimiter({
        maxPacketBytes: 200,
        marker: MARKER,
        hasProperties: true,
        onOversize,
      })
      const read: Packet[] = []
      const reader = parser(V5).on('packet', (each: Packet) => read.push(each))
      for (let at = 0; at < large.length; at += size)
        for (const part of limiter.push(large.subarray(at, at + size))) reader.parse(part)
      expect(read).toHaveLength(1)
      expect(read[0]).toMatchObject({ cmd: 'publish', topic: 'a/b', payload: MARKER, qos: 2, messageId: 7 })
      expect(read[0]).not.toHaveProperty('properties')
      expect(reports).toEqual([large.length])
    }
  })

  it('passes whole packets as one view of the chunk, without a copy', () => {
    const { limiter } = setUp(1000)
    const item = { topic: 'a/b', qos: 2, id: 7, size: 10 }
    const chunk = Buffer.concat([publish(item, Buffer.alloc(10)), packet(0x62, Buffer.from([0, 7]))])
    const [out, ...more] = limiter.push(chunk)
    expect(more).toEqual([])
    expect(out?.buffer).toBe(chunk.buffer)
    expect(out).toEqual(chunk)
  })

  it('knows when a large packet is arriving', () => {
    const { limiter } = setUp(1_000_000)
    const bytes = publish({ topic: 'a', qos: 1, id: 1, size: 0 }, Buffer.alloc(100_000))
    limiter.push(bytes.subarray(0, 50_000))
    expect(limiter.bulk).toBe(true)
    limiter.push(bytes.subarray(50_000))
    expect(limiter.bulk).toBe(false)
    limiter.push(publish({ topic: 'a', qos: 1, id: 1, size: 0 }, Buffer.alloc(10)).subarray(0, 8))
    expect(limiter.bulk).toBe(false)
  })

  it('gives up on a remaining length of more than four bytes', () => {
    const { limiter } = setUp(1000)
    limiter.push(Buffer.from([0x30, 0xff, 0xff, 0xff]))
    expect(() => limiter.push(Buffer.from([0xff]))).toThrow(PacketError)
  })

  it('gives up on any other packet of more than 64 KiB, before its body arrives', () => {
    const header = (bytes: number) => Buffer.from([0x90, ...lengthBytes(bytes)])
    expect(() => setUp(1e9).limiter.push(header(MAX_CONTROL_PACKET_BYTES - 4))).not.toThrow()
    expect(() => setUp(1e9).limiter.push(header(MAX_CONTROL_PACKET_BYTES))).toThrow(/type 9/)
  })

  it('gives up on an oversize PUBLISH whose topic makes no sense', () => {
    const body = (topicLength: number) =>
      Buffer.concat([Buffer.from([topicLength >> 8, topicLength & 0xff]), Buffer.alloc(300)])
    expect(() => setUp(200).limiter.push(packet(0x32, body(500)))).toThrow(/longer than the packet/)
    expect(() => setUp(200).limiter.push(packet(0x32, body(0)))).toThrow(/empty/)
    expect(() => setUp(200).limiter.push(packet(0x30, body(0)))).toThrow(/empty/)
  })
})
