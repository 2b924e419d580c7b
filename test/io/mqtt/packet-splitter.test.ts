import { generate } from 'mqtt-packet'
import { expect, it } from 'vitest'
import { PacketSplitter } from '../../../src/io/mqtt/packet-splitter.js'

const publish = (bytes: number) =>
  generate({ cmd: 'publish', topic: 't', payload: 'x'.repeat(bytes), qos: 0, dup: false, retain: false })

it('issue 14.1: joins large packets as they arrive, and gives small ones as views', () => {
  const packets = [publish(5), publish(300), publish(101), publish(100)]
  const all = Buffer.concat(packets)
  for (const size of [1, 7, 64, 1000]) {
    const splitter = new PacketSplitter(105)
    const found = []
    for (let at = 0; at < all.length; at += size) found.push(...splitter.push(all.subarray(at, at + size)))
    expect(found.map(({ pieces }) => Buffer.concat(pieces))).toEqual(packets)
    expect(found.map(({ type, bytes }) => [type, bytes])).toEqual(packets.map(({ length }) => [3, length]))
    expect(found.map(({ pieces }) => pieces.every(({ buffer }) => buffer === all.buffer))).toEqual([
      true,
      false,
      false,
      true,
    ])
    expect(found[1]?.pieces).toHaveLength(1)
  }
})

it('shows the beginning of a packet that is not complete', () => {
  const splitter = new PacketSplitter()
  splitter.push(publish(300).subarray(0, 10))
  expect(Buffer.concat(splitter.pending)).toEqual(publish(300).subarray(0, 10))
})
