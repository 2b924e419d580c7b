import type { IPublishPacket, Packet as MqttPacket } from 'mqtt'
import { describe, expect, it } from 'vitest'
import { InboundStore } from '../../../src/io/mqtt/inbound-store.js'
import { packetOf } from '../../../src/io/mqtt/packets.js'
import type { Packet } from '../../../src/model/connection.js'

const MARK = Buffer.from('given on')

const publish = (messageId: number, payload: string, of: Partial<IPublishPacket> = {}): IPublishPacket => ({
  cmd: 'publish',
  topic: 't',
  payload: Buffer.from(payload),
  qos: 2,
  dup: false,
  retain: false,
  messageId,
  ...of,
})

const setUp = (known: readonly Packet[] = []) => {
  const told: string[] = []
  let isListening = true
  const store = new InboundStore(
    MARK,
    {
      deliver: ({ payload }, packet) => told.push(`${payload.toString()} ${packet?.id ?? '-'}`),
      isListening: () => isListening,
      forget: (id) => told.push(`forget ${id}`),
      forgetAll: () => told.push('forget all'),
    },
    known,
  )
  const put = (packet: MqttPacket) => store.put(packet, () => undefined)
  const released = (messageId: number): string => {
    let found = 'nothing'
    store.get({ messageId }, (_error, packet) => {
      if (packet?.cmd === 'publish') found = packet.payload.toString()
    })
    store.del({ messageId }, () => undefined)
    return found
  }
  return { store, told, put, released, listen: (on: boolean) => (isListening = on) }
}

describe('InboundStore', () => {
  it('passes on a message when it arrives, and a release when the broker releases it', () => {
    const { told, put, released } = setUp()
    put(publish(1, 'a'))
    put(publish(2, 'b'))
    expect(told).toEqual(['a 1', 'b 2'])
    expect(released(1)).toBe(MARK.toString())
    expect(told).toEqual(['a 1', 'b 2', 'forget 1'])
    expect(released(1)).toBe('nothing')
    expect(told).toEqual(['a 1', 'b 2', 'forget 1'])
  })

  it('recognises a QoS 2 message, however it is marked, until it is released', () => {
    const { told, put, released } = setUp()
    put(publish(1, 'a'))
    put(publish(1, 'a', { dup: true }))
    put(publish(1, 'a'))
    released(1)
    put(publish(1, 'a'))
    expect(told).toEqual(['a 1', 'forget 1', 'a 1'])
  })

  it('treats a different message under the same ID as new: the broker has lost count', () => {
    const { told, put } = setUp()
    put(publish(1, 'a'))
    put(publish(1, 'b'))
    put(publish(1, 'b', { topic: 'u' }))
    expect(told).toEqual(['a 1', 'b 1', 'b 1'])
  })

  it('recognises a QoS 1 message that is marked as a duplicate', () => {
    const { store, told } = setUp()
    store.receive(publish(1, 'a', { qos: 1 }))
    store.receive(publish(1, 'a', { qos: 1, dup: true }))
    store.receive(publish(1, 'a', { qos: 1 }))
    store.receive(publish(0, 'x', { qos: 0 }))
    store.receive(publish(0, 'x', { qos: 0, dup: true }))
    expect(told).toEqual(['a 1', 'a 1', 'x -', 'x -'])
  })

  it('remembers the newest thousand of QoS 1', () => {
    const { store, told } = setUp()
    for (let id = 1; id <= 1001; id++) store.receive(publish(id, 'a', { qos: 1 }))
    store.receive(publish(2, 'a', { qos: 1, dup: true }))
    expect(told).toHaveLength(1001)
    store.receive(publish(1, 'a', { qos: 1, dup: true }))
    expect(told).toHaveLength(1002)
  })

  it('remembers those of an earlier process, unless the session is new', () => {
    const had = [publish(1, 'a'), publish(2, 'b', { qos: 1 })].flatMap((each) => packetOf(each) ?? [])
    const { store, told, put, released } = setUp(had)
    put(publish(1, 'a', { dup: true }))
    store.receive(publish(2, 'b', { qos: 1, dup: true }))
    expect(told).toEqual([])
    expect(released(1)).toBe(MARK.toString())
    store.clear()
    store.receive(publish(2, 'b', { qos: 1, dup: true }))
    expect(told).toEqual(['forget 1', 'forget all', 'b 2'])
  })

  it('neither passes on nor remembers messages while nobody listens', () => {
    const { told, put, released, listen } = setUp()
    listen(false)
    put(publish(1, 'a'))
    expect(released(1)).toBe('nothing')
    listen(true)
    put(publish(1, 'a'))
    expect(told).toEqual(['a 1'])
  })
})
