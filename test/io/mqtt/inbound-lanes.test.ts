import { generate, parser, type Packet } from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import {
  InboundLanes,
  LARGE_BYTES,
  MAX_AHEAD_BYTES,
  type LanesOptions,
} from '../../../src/io/mqtt/inbound-lanes.js'

const message = (n: number, payload: string | Buffer = `${n}`, topic = 't', qos: 0 | 1 = 1) =>
  generate({ cmd: 'publish', topic, payload, qos, messageId: n, dup: false, retain: false })
const pubrec = (messageId: number) => generate({ cmd: 'pubrec', messageId })

/** Lanes, and a list of the packets that the client got, as `cmd id`. */
const setUp = (options: Partial<LanesOptions> = {}) => {
  const got: string[] = []
  const reader = parser()
  reader.on('packet', ({ cmd, messageId }: Packet) => got.push(`${cmd} ${messageId}`))
  const lanes = new InboundLanes({ pass: (piece) => void reader.parse(piece), ...options })
  return { lanes, got }
}

describe('issue 14.2: InboundLanes', () => {
  it('delivers one message at a time, in order, and everything else at once', () => {
    const { lanes, got } = setUp()
    lanes.push(Buffer.concat([message(1), message(2), pubrec(7), message(3), pubrec(8)]))
    expect(got).toEqual(['pubrec 7', 'pubrec 8', 'publish 1'])
    lanes.taken()
    lanes.push(pubrec(9))
    lanes.taken()
    expect(got.slice(3)).toEqual(['publish 2', 'pubrec 9', 'publish 3'])
    lanes.taken()
    lanes.push(message(4))
    expect(got.slice(6)).toEqual(['publish 4'])
    expect(lanes.waiting).toBe(0)
  })

  it('finds packets however they are split', () => {
    const all = Buffer.concat([message(1, 'x'.repeat(300)), pubrec(7), message(2), pubrec(8), message(3)])
    for (let size = 1; size < 20; size++) {
      const { lanes, got } = setUp()
      for (let at = 0; at < all.length; at += size) lanes.push(all.subarray(at, at + size))
      lanes.taken()
      lanes.taken()
      expect(got.filter((each) => each.startsWith('publish'))).toEqual([
        'publish 1',
        'publish 2',
        'publish 3',
      ])
      expect(got.indexOf('pubrec 8')).toBeLessThan(got.indexOf('publish 2'))
    }
  })

  it('delivers no message while there is no room, but everything else', () => {
    let isRoom = false
    const { lanes, got } = setUp({ isRoom: () => isRoom })
    lanes.push(Buffer.concat([message(1), pubrec(7)]))
    expect(got).toEqual(['pubrec 7'])
    isRoom = true
    lanes.resume()
    lanes.resume()
    expect(got).toEqual(['pubrec 7', 'publish 1'])
  })

  it('issue 14.1: prepares a large message, in one piece, before it gives it, and lets nothing but messages wait', () => {
    const prepared: (readonly Buffer[])[] = []
    let ready: () => void = () => undefined
    const { lanes, got } = setUp({
      prepare: ({ pieces }, goOn) => {
        prepared.push(pieces)
        ready = goOn
      },
    })
    const large = message(2, 'x'.repeat(LARGE_BYTES))
    const all = Buffer.concat([message(1), large, message(3), pubrec(7)])
    for (let at = 0; at < all.length; at += 1000) lanes.push(all.subarray(at, at + 1000))
    lanes.taken()
    expect(got).toEqual(['publish 1', 'pubrec 7'])
    expect(prepared).toEqual([[large]])
    lanes.resume()
    lanes.push(pubrec(8))
    expect(got.slice(2)).toEqual(['pubrec 8'])
    ready()
    lanes.taken()
    expect(got.slice(3)).toEqual(['publish 2', 'publish 3'])
    expect(prepared).toHaveLength(1)
  })

  describe('with a precedence', () => {
    const id = (of: string) => JSON.stringify({ env: { A: 'b' }, id: of })
    const after = (waiting: readonly Buffer[], last: Buffer): readonly string[] => {
      let isRoom = false
      const { lanes, got } = setUp({
        isRoom: () => isRoom,
        precedence: { topic: 'stop', ordered: ['start'] },
      })
      lanes.push(Buffer.concat([...waiting, last]))
      isRoom = true
      for (let n = 0; n <= waiting.length; n++) {
        lanes.resume()
        lanes.taken()
      }
      return got.map((each) => each.replace('publish ', ''))
    }

    it('a stop passes the starts of other tasks, and needs no room', () => {
      const { lanes, got } = setUp({
        isRoom: () => false,
        precedence: { topic: 'stop', ordered: ['start'] },
      })
      lanes.push(Buffer.concat([message(1, id('a'), 'start'), message(2, id('b'), 'stop')]))
      expect(got).toEqual(['publish 2'])
      expect(
        after([message(1, id('a'), 'start'), message(2, '', 'chunk', 0)], message(3, id('b'), 'stop')),
      ).toEqual(['3', '1', 'undefined'])
    })

    it.each([
      ['its own', id('b')],
      ['one that mentions its task', '{"x":{"id" : "b"},"id":"a"}'],
      ['one with escapes, which may hide anything', '{"\\u0069d":"b","id":"a"}'],
      ['one whose ID is no string', '{"id":1}'],
      ['one without an ID', '{}'],
      ['one that is too large to look into', `{"id":"a","file":"${'A'.repeat(70_000)}"}`],
    ])('but not %s', (_, start) => {
      expect(after([message(1, start, 'start')], message(2, id('b'), 'stop'))).toEqual(['1', '2'])
      expect(after([message(1, start, 'chunk')], message(2, id('b'), 'stop'))[0]).toBe(
        start.length > 65_536 ? '1' : '2',
      )
    })

    it('reads messages of MQTT 5 behind their properties, whatever these say (issue 14.4)', () => {
      const V5 = { protocolVersion: 5 }
      const of = (n: number, topic: string, payload: string, note: string) =>
        generate(
          {
            cmd: 'publish',
            topic,
            payload,
            qos: 1,
            messageId: n,
            dup: false,
            retain: false,
            properties: { userProperties: { note } },
          },
          V5,
        )
      const passes = (note: string, last = of(2, 'stop', id('b'), note)) => {
        const got: string[] = []
        const reader = parser(V5).on('packet', ({ messageId }: Packet) => got.push(String(messageId)))
        const precedence = { topic: 'stop', ordered: ['start'], hasProperties: true }
        const lanes = new InboundLanes({
          pass: (piece) => void reader.parse(piece),
          isRoom: () => false,
          precedence,
        })
        lanes.push(Buffer.concat([of(1, 'start', id('a'), note), last]))
        return got
      }
      for (const note of ['', 'x'.repeat(300), '"id":"b"', '"id":"a"', '\\u0069'])
        expect(passes(note)).toEqual(['2'])
      // Messages whose properties are longer than the packet, or whose length never ends, do not overtake.
      for (const length of [[0x7f], [0xff, 0xff, 0xff, 0x7f], [0xff, 0xff, 0xff, 0xff]]) {
        const body = [0, 4, ...Buffer.from('stop'), 0, 2, ...length]
        expect(passes('', Buffer.from([0x32, body.length, ...body]))).toEqual([])
      }
    })

    it('stops stay in order among themselves, and before a start that came later', () => {
      const b = id('b')
      const all = [message(1, id('a'), 'start'), message(2, b, 'stop'), message(3, b, 'stop')]
      expect(after(all, message(4, b, 'start'))).toEqual(['2', '3', '1', '4'])
      // The client has the start, so nothing of its task waits any more.
      const { lanes, got } = setUp({ precedence: { topic: 'stop', ordered: ['start'] } })
      lanes.push(Buffer.concat([message(1, b, 'start'), message(2, id('a'), 'start')]))
      lanes.push(message(3, b, 'stop'))
      lanes.taken()
      expect(got).toEqual(['publish 1', 'publish 3'])
    })
  })

  it('is full when it holds too much, until half of it is gone; what is read nevertheless is kept', () => {
    const { lanes, got } = setUp()
    const quarter = Buffer.alloc(MAX_AHEAD_BYTES / 4)
    for (let n = 0; n < 5; n++) {
      lanes.push(message(n, quarter))
      expect(lanes.isFull).toBe(n === 4)
    }
    lanes.push(pubrec(9))
    expect(got).toEqual(['publish 0', 'pubrec 9'])
    const seen: boolean[] = []
    for (let n = 0; n < 4; n++) {
      lanes.taken()
      seen.push(lanes.isFull)
    }
    expect(seen).toEqual([true, true, false, false])
    expect(got.slice(2)).toEqual(['publish 1', 'publish 2', 'publish 3', 'publish 4'])
  })

  it('counts small messages for more than their bytes, so that their number is bounded, too', () => {
    const { lanes } = setUp()
    const many = Buffer.concat(Array.from({ length: 1000 }, () => message(1)))
    let count = 0
    for (; !lanes.isFull; count += 1000) lanes.push(many)
    expect(count).toBeLessThanOrEqual(MAX_AHEAD_BYTES / 256)
  })
})
