import { parser, type Packet } from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import { InflightWindow } from '../../../src/io/mqtt/inflight-window.js'
import { continueSession, releasesOf } from '../../../src/io/mqtt/release-again.js'
import { createSession } from '../../../src/io/mqtt/session.js'

const setUp = (qos: 1 | 2 = 2) => {
  const session = createSession({
    qos,
    window: new InflightWindow(20),
    random: () => 0.999999,
    journal: undefined,
    onAcknowledged: () => undefined,
    onRefused: () => undefined,
    onMessage: () => undefined,
    isListening: () => true,
  })
  const entry = {
    publication: { subtopic: 's', payload: {}, keep: 'all' as const },
    topic: 't/s',
    payload: Buffer.alloc(1),
    report: () => undefined,
  }
  const isShort = () => session.window.ended({ isOverQuota: true })
  return { session, inFlight: (id: number) => session.flights.launch(id, entry), isShort }
}

describe('continueSession (issue 14.3)', () => {
  it('releases the last 256 that were completed, once', () => {
    const { session } = setUp()
    for (let id = 1; id <= 1000; id++) session.completed.add(id)
    expect(continueSession(session, true)).toEqual(Array.from({ length: 256 }, (_, i) => 745 + i))
    expect(continueSession(session, true)).toEqual([])
  })

  it('releases those before one that an earlier process had in flight', () => {
    const { session, inFlight } = setUp()
    for (const id of [3, 5]) {
      inFlight(id)
      session.completed.addBefore(id)
    }
    const ids = continueSession(session, true)
    expect([ids[0], ids.slice(-5)]).toEqual([65_284, [65_534, 65_535, 1, 2, 4]])
  })

  it('releases nothing in a new session, and forgets what was completed and how many may be in flight', () => {
    const { session, isShort } = setUp()
    session.completed.add(1)
    isShort()
    isShort()
    expect(continueSession(session, false)).toEqual([])
    expect(continueSession(session, true)).toEqual([])
    expect(session.window.value).toBe(20)
  })

  it('releases all IDs after the second shortage, except those in flight and those that are used next', () => {
    const { session, inFlight, isShort } = setUp()
    inFlight(60_000)
    isShort()
    expect(continueSession(session, true)).toEqual([])
    isShort()
    const ids = new Set(continueSession(session, true))
    expect(ids.size).toBe(65_535 - 1024 - 1)
    expect([1, 1024, 1025, 60_000, 65_535].map((id) => ids.has(id))).toEqual([
      false,
      false,
      true,
      false,
      true,
    ])
    expect(continueSession(session, true)).toEqual([])
  })
})

it('releases nothing of a session with QoS 1, however often the broker is short of room', () => {
  const { session, isShort } = setUp(1)
  isShort()
  isShort()
  expect(continueSession(session, true)).toEqual([])
})

it('writes releases as PUBREL packets', () => {
  const packets: Packet[] = []
  const reader = parser().on('packet', (packet: Packet) => packets.push(packet))
  reader.parse(releasesOf([1, 65_535]))
  expect(packets).toMatchObject([
    { cmd: 'pubrel', messageId: 1 },
    { cmd: 'pubrel', messageId: 65_535 },
  ])
})
