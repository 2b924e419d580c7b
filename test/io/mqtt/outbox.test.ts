import { describe, expect, it } from 'vitest'
import type { Entry } from '../../../src/io/mqtt/delivery.js'
import { InflightWindow } from '../../../src/io/mqtt/inflight-window.js'
import { Outbox, type OutboxOptions } from '../../../src/io/mqtt/outbox.js'
import type { Publication } from '../../../src/model/publication.js'
import type { Delivery } from '../../../src/model/delivery.js'

const RESULTS = 'control/proplet/results'
const ALIVE = 'control/proplet/alive'
const TASK_METRICS = 'control/proplet/task_metrics'

const setUp = ({
  inflight = 3,
  ...options
}: Partial<OutboxOptions> & { readonly inflight?: number } = {}) => {
  const window = new InflightWindow(inflight)
  const outbox = new Outbox({ topicPrefix: 'm/d/c/c', maxPacketBytes: 1000, window, ...options })
  const told: string[] = []
  const deliveries: Delivery[] = []
  const offer = (publication: Publication) =>
    outbox.offer(publication, (delivery) => {
      deliveries.push(delivery)
      told.push(`${JSON.stringify(delivery.publication.payload)} ${delivery.at}`)
    })
  const result = (n: number) => offer({ subtopic: RESULTS, payload: { n }, keep: 'all' })
  const beat = (n: number) => offer({ subtopic: ALIVE, payload: { beat: n }, keep: 'latest' })
  const figures = (key: string, n: number) =>
    offer({ subtopic: TASK_METRICS, payload: { [key]: n }, keep: 'latest', key })
  const takeAll = () => {
    const entries: Entry[] = []
    for (let entry = outbox.take(); entry !== undefined; entry = outbox.take()) entries.push(entry)
    return entries
  }
  const texts = (entries: readonly Entry[]) => entries.map(({ payload }) => payload.toString())
  return { outbox, told, deliveries, offer, result, beat, figures, takeAll, texts }
}

describe('Outbox', () => {
  it('hands over results in order, and reports their fate', () => {
    const { outbox, told, result, texts } = setUp()
    result(1)
    result(2)
    const first = outbox.take()
    const second = outbox.take()
    if (first === undefined || second === undefined) throw new Error('nothing to take')
    expect(texts([first, second])).toEqual(['{"n":1}', '{"n":2}'])
    expect(first.topic).toBe('m/d/c/c/control/proplet/results')
    outbox.acknowledge(second)
    outbox.acknowledge(first)
    outbox.acknowledge(first)
    expect(told).toEqual(['{"n":1} handed', '{"n":2} handed', '{"n":2} acknowledged', '{"n":1} acknowledged'])
    expect(outbox.empty).toBe(true)
  })

  it('never exceeds the limit in flight, and reserves one place for other messages than results', () => {
    const { outbox, result, beat, takeAll, texts } = setUp({ inflight: 3 })
    for (let n = 1; n <= 5; n++) result(n)
    expect(texts(takeAll())).toEqual(['{"n":1}', '{"n":2}'])
    beat(1)
    expect(texts(takeAll())).toEqual(['{"beat":1}'])
    beat(2)
    expect(takeAll()).toEqual([])
    expect(outbox.stats).toMatchObject({ inflight: 3, waiting: 4 })
  })

  it('keeps the newest of each key, after those without one', () => {
    const { outbox, told, figures, beat, takeAll, texts } = setUp({ inflight: 10 })
    figures('a', 1)
    figures('b', 1)
    beat(1)
    figures('a', 2)
    expect(told).toEqual(['{"a":1} replaced'])
    expect(outbox.stats.waiting).toBe(3)
    expect(texts(takeAll())).toEqual(['{"beat":1}', '{"a":2}', '{"b":1}'])
    expect(outbox.stats).toMatchObject({ waiting: 0, bytes: 0, dropped: 0 })
  })

  it('drops the oldest of too many keys', () => {
    const { outbox, told, figures, takeAll, texts } = setUp({ inflight: 10, maxWaitingKeys: 2 })
    figures('a', 1)
    figures('b', 1)
    figures('a', 2)
    figures('c', 1)
    expect(told).toEqual(['{"a":1} replaced', '{"a":2} replaced'])
    expect(texts(takeAll())).toEqual(['{"b":1}', '{"c":1}'])
    expect(outbox.stats).toMatchObject({ waiting: 0, bytes: 0, dropped: 0 })
  })

  it('puts back what was not sent, unless there is a newer one of its key', () => {
    const { outbox, told, figures, takeAll, texts } = setUp({ inflight: 10 })
    figures('a', 1)
    figures('b', 1)
    const entries = takeAll()
    figures('b', 2)
    outbox.putBack(entries)
    expect(told.at(-1)).toBe('{"b":1} replaced')
    expect(texts(takeAll())).toEqual(['{"b":2}', '{"a":1}'])
  })

  it('alternates between results and heartbeats if the limit is 1', () => {
    const { outbox, result, beat, takeAll } = setUp({ inflight: 1 })
    result(1)
    result(2)
    beat(1)
    const seen: string[] = []
    for (let [entry] = takeAll(); entry !== undefined; [entry] = takeAll()) {
      seen.push(entry.payload.toString())
      outbox.acknowledge(entry)
    }
    expect(seen).toEqual(['{"n":1}', '{"beat":1}', '{"n":2}'])
  })

  it('does not let ten thousand results delay a heartbeat', () => {
    const { outbox, result, beat, takeAll, texts } = setUp({ inflight: 10 })
    for (let n = 0; n < 10_000; n++) result(n)
    takeAll()
    beat(1)
    expect(texts(takeAll())).toEqual(['{"beat":1}'])
    expect(outbox.stats.waiting).toBe(10_000 - 9)
  })

  it('replaces a waiting heartbeat by the newest, and only that of its subtopic', () => {
    const { told, beat, offer, takeAll, texts, outbox } = setUp({ inflight: 9 })
    beat(1)
    offer({ subtopic: 'control/proplet/metrics', payload: { m: 1 }, keep: 'latest' })
    beat(2)
    expect(told).toEqual(['{"beat":1} replaced'])
    expect(outbox.stats).toMatchObject({ waiting: 2, bytes: '{"beat":2}{"m":1}'.length })
    expect(texts(takeAll()).sort()).toEqual(['{"beat":2}', '{"m":1}'])
    expect(outbox.stats.bytes).toBe(0)
  })

  it('encodes at once: later changes of a payload have no effect', () => {
    const { offer, takeAll, texts } = setUp()
    const payload = { n: 1 }
    offer({ subtopic: RESULTS, payload, keep: 'all' })
    payload.n = 2
    expect(texts(takeAll())).toEqual(['{"n":1}'])
  })

  it('sends encoded payloads unchanged', () => {
    const { offer, takeAll, texts } = setUp()
    const encoded = Buffer.from('..{"n": 1.0}').subarray(2)
    offer({ subtopic: RESULTS, payload: { n: 1 }, encoded, keep: 'all' })
    expect(texts(takeAll())).toEqual(['{"n": 1.0}'])
  })

  it('rejects a message one byte above the limit', () => {
    const topic = `m/d/c/c/${RESULTS}`
    const room = 1000 - 9 - topic.length - '{"s":""}'.length
    const { deliveries, offer } = setUp()
    offer({ subtopic: RESULTS, payload: { s: 'x'.repeat(room) }, keep: 'all' })
    expect(deliveries).toEqual([])
    offer({ subtopic: RESULTS, payload: { s: 'x'.repeat(room + 1) }, keep: 'all' })
    expect(deliveries).toMatchObject([{ at: 'rejected', cause: 'size' }])
  })

  it.each(['', '/lead', 'with space', 'plus/+', 'hash/#', 'nul\0'])('rejects the subtopic %j', (subtopic) => {
    const { deliveries, offer, outbox } = setUp()
    offer({ subtopic, payload: {}, keep: 'all' })
    expect(deliveries).toMatchObject([{ at: 'rejected', cause: 'invalid' }])
    expect(outbox.empty).toBe(true)
  })

  it('rejects a payload that is not JSON', () => {
    const { outbox } = setUp()
    const deliveries: Delivery[] = []
    const circular: { self?: object } = {}
    circular.self = circular
    for (const payload of [circular, { big: 1n }]) {
      outbox.offer({ subtopic: RESULTS, payload, keep: 'all' }, (delivery) => deliveries.push(delivery))
    }
    expect(deliveries).toMatchObject([
      { at: 'rejected', cause: 'invalid' },
      { at: 'rejected', cause: 'invalid' },
    ])
  })

  it('drops and counts messages when it is full; a heartbeat still replaces the previous one', () => {
    const { outbox, deliveries, result, beat } = setUp({ maxWaitingMessages: 2 })
    result(1)
    beat(1)
    result(2)
    beat(2)
    expect(deliveries).toMatchObject([
      { at: 'rejected', cause: 'overflow', publication: { payload: { n: 2 } } },
      { at: 'replaced', publication: { payload: { beat: 1 } } },
    ])
    expect(outbox.stats).toMatchObject({ waiting: 2, dropped: 1 })
  })

  it('drops messages when it is full by size, and accepts them again when there is room', () => {
    const { outbox, told, result, takeAll } = setUp({ maxWaitingBytes: 14 })
    result(1)
    result(2)
    result(3)
    takeAll()
    result(4)
    expect(told).toEqual(['{"n":3} rejected', '{"n":1} handed', '{"n":2} handed'])
    expect(outbox.stats).toMatchObject({ waiting: 1, dropped: 1 })
  })

  it('puts back what was never sent, first and in order; a newer heartbeat wins', () => {
    const { outbox, told, result, beat, takeAll, texts } = setUp({ inflight: 4 })
    result(1)
    result(2)
    beat(1)
    const taken = takeAll()
    result(3)
    beat(2)
    outbox.putBack(taken)
    expect(told.at(-1)).toBe('{"beat":1} replaced')
    expect(outbox.stats.inflight).toBe(0)
    const again = texts(takeAll())
    expect(again.filter((text) => text.includes('n'))).toEqual(['{"n":1}', '{"n":2}', '{"n":3}'])
    expect(again).toContain('{"beat":2}')
  })

  it('reports why an entry in flight was given up', () => {
    const { outbox, deliveries, result } = setUp()
    result(1)
    const entry = outbox.take()
    if (entry === undefined) throw new Error('nothing to take')
    outbox.reject(entry, 'refused', 'because')
    expect(deliveries.at(-1)).toMatchObject({ at: 'rejected', cause: 'refused', reason: 'because' })
    expect(outbox.empty).toBe(true)
  })

  it('accepts nothing after it was closed, and hands over waiting messages', () => {
    const { outbox, deliveries, result, takeAll, texts } = setUp()
    result(1)
    outbox.close()
    result(2)
    expect(deliveries).toMatchObject([
      { at: 'rejected', cause: 'closed', publication: { payload: { n: 2 } } },
    ])
    expect(texts(takeAll())).toEqual(['{"n":1}'])
  })
})
