import { generate, parser, type Packet } from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import { InboundLanes, MAX_AHEAD_BYTES } from '../../../src/io/mqtt/inbound-lanes.js'

const message = (n: number, payload: string | Buffer = `${n}`) =>
  generate({ cmd: 'publish', topic: 't', payload, qos: 1, messageId: n, dup: false, retain: false })
const pubrec = (messageId: number) => generate({ cmd: 'pubrec', messageId })

/** What the client got, as `cmd id`. */
const setUp = () => {
  const got: string[] = []
  const reader = parser()
  reader.on('packet', ({ cmd, messageId }: Packet) => got.push(`${cmd} ${messageId}`))
  const lanes = new InboundLanes((piece) => void reader.parse(piece))
  return { lanes, got }
}

describe('issue 14.2: InboundLanes', () => {
  it('gives one message at a time, in order, and all else at once', () => {
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

  it('finds them in whatever pieces they come', () => {
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
