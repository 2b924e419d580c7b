import { from, lastValueFrom } from 'rxjs'
import { expect, it } from 'vitest'
import type { Publication } from '../../../src/model/publication.js'
import { next, useMqtt } from '../../support/mqtt-tests.js'

const START = 'control/manager/start'
const RESULTS = 'control/proplet/results'
const ALIVE = 'control/proplet/alive'
const PUBREL = 0x62
const SUBACK = 0x90
/** Its `max_inflight_messages` unless configured. */
const MOSQUITTO_TAKES = 20

const { mosquitto, proxy, open, peer } = useMqtt()

const result = (n: number, padding = ''): Publication => ({
  subtopic: RESULTS,
  payload: { n, padding },
  keep: 'all',
})
const numbers = (texts: readonly string[]) => texts.map((text) => Number(/"n":(\d+)/.exec(text)?.[1]))

it('connects, receives commands and delivers results', async () => {
  const { port, log } = await mosquitto()
  const manager = await peer(port, [RESULTS])
  const got = next(manager, 100)
  const { link, up, received } = open(port)
  await up()
  await manager.publish(START, { n: 1 })
  expect(await received(1)).toEqual(['{"n":1}'])
  await lastValueFrom(link.send(from(Array.from({ length: 100 }, (_, n) => result(n)))))
  expect(numbers(await got)).toEqual(Array.from({ length: 100 }, (_, n) => n))
  expect(log()).toMatch(/as proplet-1 \(p2, c0, k30, u'proplet-1'\)/)
})

it('delivers each of 500 results with as many in flight as mosquitto takes, over a lost connection too', async () => {
  const { port } = await mosquitto()
  const between = await proxy(port)
  const manager = await peer(port, [RESULTS])
  const got = next(manager, 500)
  const { link, up } = open(between.port, { inflight: MOSQUITTO_TAKES })
  await up()
  const begun = next(manager, 50)
  const sent = lastValueFrom(link.send(from(Array.from({ length: 500 }, (_, n) => result(n)))))
  await begun
  between.cut()
  await sent
  expect(numbers(await got)).toEqual(Array.from({ length: 500 }, (_, n) => n))
})

it('reports a lower granted QoS once, and works with it', async () => {
  const { port } = await mosquitto()
  const between = await proxy(
    port,
    () => true,
    (data) => (data[0] === SUBACK ? Buffer.from([...data.subarray(0, 4), 1, 2, 1]) : data),
  )
  const manager = await peer(port, [RESULTS])
  const got = next(manager, 1)
  const { up, deliver, logged, connections } = open(between.port)
  await up()
  between.cut()
  await up(2)
  const warnings = logged('warn').filter((line) => line.includes('lower QoS'))
  expect(warnings).toEqual([
    'The broker grants a lower QoS than requested; publishing with no more {"asked":2,"used":1,"subtopics":["control/manager/start","registry/server"]}',
  ])
  expect(connections.at(-1)).toEqual({
    state: 'up',
    sessionPresent: true,
    lowered: { asked: 2, used: 1 },
  })
  expect(await deliver(result(1))).toMatchObject({ at: 'acknowledged' })
  expect(numbers(await got)).toEqual([1])
})

it('delivers commands sent while it was disconnected', async () => {
  const { port } = await mosquitto()
  const between = await proxy(port)
  const manager = await peer(port, [])
  const { up, until, received, connections } = open(between.port)
  await up()
  between.setOpen(false)
  between.cut()
  await until(() => connections.at(-1)?.state === 'down')
  for (let n = 0; n < 5; n++) await manager.publish(START, { n })
  between.setOpen(true)
  expect(numbers(await received(5))).toEqual([0, 1, 2, 3, 4])
  await up(2)
  expect(connections.at(-1)).toEqual({ state: 'up', sessionPresent: true })
})

it('keeps the connection when the process slept while acknowledgements came (issue 14.5)', async () => {
  const { port } = await mosquitto()
  const { deliver, up, connections } = open(port, { timeoutMs: 400 })
  await up()
  const delivered = deliver(result(1))
  const from = performance.now()
  // the publication is on its way by the next turn
  setImmediate(() => {
    while (performance.now() - from < 1500);
  })
  expect(await delivered).toMatchObject({ at: 'acknowledged' })
  expect(connections.map(({ state }) => state)).toEqual(['up'])
})

it('leaves the Last Will when the socket is cut', async () => {
  const { port } = await mosquitto()
  const between = await proxy(port)
  const manager = await peer(port, [ALIVE])
  const got = next(manager, 1)
  const { up } = open(between.port)
  await up()
  between.setOpen(false)
  between.cut()
  expect(await got).toEqual(['{"status":"offline","proplet_id":"proplet-1"}'])
})

it('reconnects after the broker was killed and forgot the session', async () => {
  const first = await mosquitto()
  const { up, until, deliver, connections } = open(first.port)
  await up()
  await first.kill()
  await until(() => connections.at(-1)?.state === 'down')
  const delivery = deliver(result(7))
  const second = await mosquitto({ port: first.port })
  const manager = await peer(second.port, [RESULTS])
  const got = next(manager, 1)
  await up(2)
  expect(connections.at(-1)).toEqual({ state: 'up', sessionPresent: false })
  expect(await delivery).toMatchObject({ at: 'acknowledged' })
  expect(numbers(await got)).toEqual([7])
})

it('loses nothing if the broker is killed between PUBREC and PUBREL and forgets the session', async () => {
  const first = await mosquitto()
  let released: (() => void) | undefined
  const atRelease = new Promise<void>((resolve) => (released = resolve))
  let holding = true
  const between = await proxy(first.port, (data) => {
    if (!holding || data[0] !== PUBREL) return true
    released?.()
    return false
  })
  const { up, deliver, connections } = open(between.port, { inflight: 1 })
  await up()
  const delivery = deliver(result(42))
  await atRelease
  between.setOpen(false)
  await first.kill()
  holding = false
  const second = await mosquitto()
  const manager = await peer(second.port, [RESULTS])
  const got = next(manager, 1)
  between.setTarget(second.port)
  between.setOpen(true)
  expect(await delivery).toMatchObject({ at: 'acknowledged' })
  expect(numbers(await got)).toEqual([42])
  await up(2)
  expect(connections.at(-1)).toEqual({ state: 'up', sessionPresent: false })
})

it('delivers once if the connection breaks between PUBREC and PUBREL and the session survives', async () => {
  const { port } = await mosquitto()
  let holding = true
  const between = await proxy(port, (data) => {
    if (!holding || data[0] !== PUBREL) return true
    holding = false
    setImmediate(() => between.cut())
    return false
  })
  const manager = await peer(port, [RESULTS])
  const got = next(manager, 2)
  const { up, deliver } = open(between.port)
  await up()
  expect(await deliver(result(1))).toMatchObject({ at: 'acknowledged' })
  expect(await deliver(result(2))).toMatchObject({ at: 'acknowledged' })
  expect(numbers(await got)).toEqual([1, 2])
})

it('gives up a message for which the broker closes the connection, and delivers the others', async () => {
  const { port } = await mosquitto({ config: ['allow_anonymous true', 'max_packet_size 100000'] })
  const manager = await peer(port, [RESULTS])
  const got = next(manager, 2)
  const { up, deliver, logged } = open(port)
  await up()
  const deliveries = await Promise.all([
    deliver(result(1)),
    deliver(result(2, 'x'.repeat(200_000))),
    deliver(result(3)),
  ])
  expect(deliveries.map(({ at }) => at)).toEqual(['acknowledged', 'rejected', 'acknowledged'])
  expect(numbers(await got).sort()).toEqual([1, 3])
  expect(logged('error').join()).toContain('refused')
})

it('reports a wrong key', async () => {
  const { port } = await mosquitto({ config: ['allow_anonymous false'] })
  const { until, connections, logged } = open(port)
  await until(() => connections.length > 0)
  expect(connections[0]).toMatchObject({
    reason: expect.stringMatching(/bad user name or password|not authorized/) as string,
  })
  expect(logged('error')).toHaveLength(1)
})
