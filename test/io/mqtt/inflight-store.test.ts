import { describe, expect, it } from 'vitest'
import type { Packet } from 'mqtt'
import type { Entry } from '../../../src/io/mqtt/delivery.js'
import { InflightStore, STRIKES, SUSPECT_BYTES } from '../../../src/io/mqtt/inflight-store.js'
import { MessageIds } from '../../../src/io/mqtt/message-ids.js'

const entry = (bytes: number): Entry => ({
  publication: { subtopic: 's', payload: {}, keep: 'all' },
  topic: 't/s',
  payload: Buffer.alloc(bytes),
  report: () => undefined,
})

const setUp = () => {
  const acknowledged: Entry[] = []
  const told: string[] = []
  const completed: number[] = []
  const flights = new InflightStore(
    { value: 2 },
    {
      onAcknowledged: (done) => acknowledged.push(done),
      onReleased: () => told.push('released'),
      onCompleted: (id) => completed.push(id),
      onAnew: (_entry, id) => told.push(`anew ${id}`),
    },
  )
  const resent = async () => {
    const packets: Packet[] = []
    for await (const packet of flights.createStream() as AsyncIterable<Packet>) packets.push(packet)
    return packets.map((packet) =>
      packet.cmd === 'publish'
        ? `publish ${packet.messageId ?? 0} dup=${packet.dup}`
        : `${packet.cmd} ${packet.messageId ?? 0}`,
    )
  }
  const release = (messageId: number) => flights.put({ cmd: 'pubrel', messageId }, () => undefined)
  return { flights, acknowledged, told, completed, resent, release }
}

it('repeats a QoS 2 publication with QoS 1 if the broker does not answer QoS 2 (issue 14.4)', async () => {
  const qos: { value: 0 | 1 | 2 } = { value: 2 }
  const flights = new InflightStore(qos, { onAcknowledged: () => undefined })
  const sent = async () => {
    const packets: Packet[] = []
    for await (const packet of flights.createStream() as AsyncIterable<Packet>) packets.push(packet)
    return packets.map((packet) => (packet.cmd === 'publish' ? packet.qos : packet.cmd))
  }
  flights.resume(3, entry(1), false)
  expect(flights.isUnanswered).toBe(false)
  flights.sent(3)
  expect(flights.isUnanswered).toBe(true)
  expect(await sent()).toEqual([2])
  qos.value = 1
  expect(flights.isUnanswered).toBe(false)
  expect(await sent()).toEqual([1])
  qos.value = 0
  expect(await sent()).toEqual([1])
})

describe('InflightStore', () => {
  it('continues where it was if the broker kept the session', async () => {
    const { flights, resent, release } = setUp()
    flights.launch(3, entry(1))
    flights.launch(4, entry(1))
    release(3)
    flights.disconnected(true)
    flights.connected(true)
    expect(await resent()).toEqual(['pubrel 3', 'publish 4 dup=true'])
  })

  it('publishes everything again, in order, if the broker lost the session', async () => {
    const { flights, resent, release } = setUp()
    flights.launch(3, entry(1))
    flights.launch(4, entry(1))
    release(3)
    flights.disconnected(true)
    flights.connected(false)
    expect(await resent()).toEqual(['publish 3 dup=false', 'publish 4 dup=false'])
  })

  it('acknowledges once', () => {
    const { flights, acknowledged } = setUp()
    const errors: unknown[] = []
    flights.launch(3, entry(1))
    flights.del({ messageId: 3 }, (error) => errors.push(error))
    flights.del({ messageId: 3 }, (error) => errors.push(error))
    expect(acknowledged).toHaveLength(1)
    expect(errors).toEqual([undefined, expect.any(Error)])
  })

  it('finds overdue publications only among those sent on this connection', () => {
    const { flights } = setUp()
    flights.launch(3, entry(1))
    const later = performance.now() + 1
    expect(flights.overdue(later)).toBe(true)
    flights.disconnected(false)
    expect(flights.overdue(later)).toBe(false)
    flights.connected(true)
    flights.sent(3)
    expect(flights.overdue(performance.now() + 1)).toBe(true)
  })

  it('gives a large one the time that a slow link takes for it, and those behind it too (issue 14.5)', () => {
    const { flights } = setUp()
    flights.launch(3, entry(160 * 1024))
    flights.launch(4, entry(1))
    const sentAt = performance.now()
    expect([9900, 10_100].map((ms) => flights.overdue(sentAt + ms))).toEqual([false, true])
    expect(flights.isInTransit()).toBe(true)
    flights.disconnected(true)
    expect(flights.isInTransit()).toBe(false)
  })

  it('waits anew for those behind one that is answered, but not for those before it (issue 14.5)', () => {
    const answerOf = (id: number) => {
      const { flights, release } = setUp()
      for (const each of [1, 2, 3]) flights.launch(each, entry(0))
      const sentAt = performance.now()
      while (performance.now() - sentAt < 5);
      release(id)
      return flights.overdue(sentAt + 2)
    }
    expect([1, 2, 3].map(answerOf)).toEqual([false, true, true])
  })

  const lose = (flights: InflightStore, byPeer = true) => {
    flights.connected(true)
    flights.sent(1)
    return flights.disconnected(byPeer)
  }

  it('gives up a large publication after which the connection ended five times in a row', () => {
    const { flights } = setUp()
    const big = entry(SUSPECT_BYTES + 1)
    flights.launch(1, big)
    for (let i = 1; i < STRIKES; i++) expect(lose(flights)).toEqual([])
    expect(lose(flights)).toEqual([big])
    expect(flights.has(1)).toBe(false)
  })

  it('does not give up a small one, one that the broker received, or one whose connection we ended', () => {
    const small = setUp().flights
    small.launch(1, entry(SUSPECT_BYTES))
    const { flights: taken, release } = setUp()
    taken.launch(1, entry(SUSPECT_BYTES + 1))
    release(1)
    const ours = setUp().flights
    ours.launch(1, entry(SUSPECT_BYTES + 1))
    for (let i = 0; i < 3 * STRIKES; i++) {
      expect([lose(small), lose(taken), lose(ours, false)]).toEqual([[], [], []])
    }
  })

  it('continues what an earlier process sent or released, under the same IDs', async () => {
    const { flights, acknowledged, resent, told } = setUp()
    const [sent, released] = [entry(1), entry(2)]
    flights.resume(7, sent, false)
    flights.resume(9, released, true)
    flights.connected(true)
    expect(await resent()).toEqual(['publish 7 dup=true', 'pubrel 9'])
    flights.del({ messageId: 9 }, () => undefined)
    expect(acknowledged).toEqual([released])
    expect(told).toEqual([])
  })

  it('reports a release once, before it is sent, and a repeated publication after it', () => {
    const { flights, told, release } = setUp()
    flights.launch(3, entry(1))
    release(3)
    release(3)
    expect(told).toEqual(['released'])
    flights.connected(true)
    flights.connected(false)
    expect(told).toEqual(['released', 'anew 3'])
  })

  it('publishes one again whose receipt is doubtful, in its place, and no other (issue 14.3)', async () => {
    const { flights, resent, release, told } = setUp()
    for (const id of [3, 4, 5]) flights.launch(id, entry(1))
    release(3)
    release(4)
    flights.disconnected(true)
    for (const id of [4, 5, 6]) flights.doubt(id)
    flights.connected(true)
    expect(await resent()).toEqual(['pubrel 3', 'publish 4 dup=true', 'publish 5 dup=true'])
    expect(told).toEqual(['released', 'released', 'anew 4'])
  })

  it('reports the ID of what was completed with QoS 2 only (issue 14.3)', () => {
    const { flights, completed, release } = setUp()
    for (const id of [3, 4]) flights.launch(id, entry(1))
    release(4)
    for (const messageId of [3, 4]) flights.del({ messageId }, () => undefined)
    expect(completed).toEqual([4])
  })

  it('does not count connections that never sent it', () => {
    const { flights } = setUp()
    flights.launch(1, entry(SUSPECT_BYTES + 1))
    for (let i = 0; i < 3 * STRIKES; i++) expect(flights.disconnected(true)).toEqual([])
  })
})

describe('MessageIds', () => {
  it('cycles through all IDs, past 65535 and past those in use', () => {
    const inFlight = new Set([2])
    const ids = new MessageIds(
      () => 0.999999,
      (id) => inFlight.has(id),
    )
    expect(ids.getLastAllocated()).toBe(65535)
    expect([ids.allocate(), ids.allocate()]).toEqual([1, 3])
    ids.clear()
    expect(ids.allocate()).toBe(4)
  })

  it('lists all IDs but those that are used next (issue 14.3)', () => {
    const ids = new MessageIds(
      () => 0.999999,
      () => false,
    )
    const behind = ids.behind(3)
    expect(new Set(behind).size).toBe(65_532)
    expect([Math.min(...behind), Math.max(...behind)]).toEqual([4, 65_535])
    ids.allocate()
    expect([1, 2, 3, 4].filter((id) => ids.behind(3).includes(id))).toEqual([1])
  })

  it('has none left when all are in use', () => {
    expect(
      new MessageIds(
        () => 0,
        () => true,
      ).allocate(),
    ).toBeNull()
  })
})
