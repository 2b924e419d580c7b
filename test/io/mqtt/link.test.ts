import { connectAsync } from 'mqtt'
import { firstValueFrom, from, interval, lastValueFrom, map, of, range, tap, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Delivery } from '../../../src/model/delivery.js'
import type { Publication } from '../../../src/model/publication.js'
import { PREFIX } from '../../support/mqtt-link.js'
import { next, useMqtt } from '../../support/mqtt-tests.js'

const START = 'control/manager/start'
const RESULTS = 'control/proplet/results'
const ALIVE = 'control/proplet/alive'

const result = (n: number, padding = ''): Publication => ({
  subtopic: RESULTS,
  payload: { n, ...(padding === '' ? {} : { padding }) },
  keep: 'all',
})

const { cleanup, broker, proxy, open, peer } = useMqtt()

describe('subscriptions', () => {
  it('are granted before the state is up', async () => {
    const order: string[] = []
    const { port } = await broker({
      authorizeSubscribe: (_client, subscription, done) => {
        setImmediate(() => {
          order.push(subscription.topic)
          done(null, subscription)
        })
      },
    })
    const { link, up } = open(port)
    const sub = link.connection$.subscribe(({ state }) => order.push(state))
    cleanup(() => sub.unsubscribe())
    await up()
    expect(order).toEqual([
      `${PREFIX}/control/manager/start`,
      `${PREFIX}/control/manager/stop`,
      `${PREFIX}/registry/server`,
      'up',
    ])
  })

  it('that are refused keep the state down, are named, and requested again', async () => {
    let refusing = true
    const { port } = await broker({
      authorizeSubscribe: (_client, subscription, done) => {
        done(null, refusing && subscription.topic.endsWith('/start') ? null : subscription)
      },
    })
    const { connections, until, up } = open(port)
    await until(() => connections.length > 0)
    expect(connections).toEqual([
      { state: 'down', reason: expect.stringContaining('control/manager/start') as string },
    ])
    refusing = false
    await up()
  })

  it('that are refused but optional are skipped, and logged once', async () => {
    const { port } = await broker({
      authorizeSubscribe: (_client, subscription, done) => {
        done(null, subscription.topic.endsWith('/stop') ? null : subscription)
      },
    })
    const through = await proxy(port)
    const { up, logged, received } = open(through.port, { optional: ['control/manager/stop'] })
    await up()
    through.cut()
    await up(2)
    expect(logged('warn').filter((line) => line.includes('refused'))).toEqual([
      expect.stringContaining('"control/manager/stop"'),
    ])
    const manager = await peer(port, [])
    await manager.publish(START, { n: 1 })
    expect(await received(1)).toEqual(['{"n":1}'])
  })

  it('that get no answer end the connection, and are requested again', async () => {
    let silent = true
    const { port } = await broker({
      authorizeSubscribe: (_client, subscription, done) => {
        if (!silent) done(null, subscription)
      },
    })
    const { connections, until, up } = open(port, { timeoutMs: 100 })
    await until(() => connections.length > 0)
    expect(connections[0]).toMatchObject({ reason: 'no answer to the subscription within 100 ms' })
    silent = false
    await up()
  })
})

describe('messages', () => {
  it('arrive with their subtopic; those of other topics are dropped', async () => {
    const { port } = await broker()
    // an earlier process with this client ID had more subscriptions, and the broker remembers them
    const earlier = await connectAsync({ port, host: '127.0.0.1', clientId: 'proplet-1', clean: false })
    await earlier.subscribeAsync(`${PREFIX}/#`, { qos: 2 })
    await earlier.endAsync()
    const manager = await peer(port, [])
    const { up, until, messages, logged } = open(port)
    await up()
    await manager.publish('control/manager/start/more', { n: 0 })
    await manager.publish(START, { n: 1 })
    await until(() => messages.length > 0)
    expect(messages).toMatchObject([{ subtopic: START, payload: Buffer.from('{"n":1}') }])
    expect(logged('debug').join()).toContain(`${PREFIX}/control/manager/start/more`)
  })

  it('sent while it was disconnected arrive later', async () => {
    const { port } = await broker()
    const between = await proxy(port)
    const manager = await peer(port, [])
    const { up, received, connections } = open(between.port)
    await up()
    between.setOpen(false)
    between.cut()
    for (let n = 0; n < 5; n++) await manager.publish(START, { n })
    between.setOpen(true)
    expect(await received(5)).toEqual([0, 1, 2, 3, 4].map((n) => JSON.stringify({ n })))
    expect(connections.at(-1)).not.toMatchObject({ sessionPresent: false })
  })

  it('that are too large are acknowledged, reported and dropped; the connection stays up', async () => {
    const { port } = await broker()
    const manager = await peer(port, [])
    const { up, received, link, connections, logged } = open(port, { maxPacketBytes: 1000 })
    await up()
    const oversize = firstValueFrom(link.oversize$)
    await manager.publish(START, { padding: 'x'.repeat(300_000) })
    await manager.publish(START, { n: 1 })
    const { subtopic, packetBytes } = await oversize
    expect(subtopic).toBe(START)
    expect(packetBytes).toBeGreaterThan(300_000)
    expect(await received(1)).toEqual(['{"n":1}'])
    expect(connections).toEqual([{ state: 'up', sessionPresent: false }])
    expect(logged('error').join()).toContain(START)
  })
})

describe('publications', () => {
  it('accepted before the connection are sent afterwards, in order', async () => {
    const { port } = await broker()
    const manager = await peer(port, [RESULTS])
    const got = next(manager, 50)
    const { link } = open(port)
    await lastValueFrom(link.send(from(Array.from({ length: 50 }, (_, n) => result(n)))))
    expect(await got).toEqual(Array.from({ length: 50 }, (_, n) => JSON.stringify({ n })))
  })

  it.each([0, 1, 2] as const)('are delivered with QoS %i', async (qos) => {
    const { port } = await broker()
    const manager = await peer(port, [RESULTS])
    const got = next(manager, 1)
    const { link, up, deliver } = open(port, { qos })
    await up()
    expect(await deliver(result(1))).toMatchObject({ at: 'acknowledged' })
    expect(await got).toEqual(['{"n":1}'])
    expect(link.stats()).toEqual({ waiting: 0, bytes: 0, inflight: 0, dropped: 0 })
  })

  it('are never more in flight than allowed', async () => {
    const held: (() => void)[] = []
    let most = 0
    const { port } = await broker({
      authorizePublish: (_client, packet, done) => {
        if (!packet.topic.endsWith(RESULTS)) {
          done(null)
          return
        }
        held.push(() => done(null))
        most = Math.max(most, held.length)
        setImmediate(() => held.splice(0).forEach((release) => release()))
      },
    })
    const { link, up } = open(port, { inflight: 4 })
    await up()
    let inflight = 0
    await lastValueFrom(
      link
        .send(from(Array.from({ length: 100 }, (_, n) => result(n))))
        .pipe(tap(() => (inflight = Math.max(inflight, link.stats().inflight)))),
    )
    expect(most).toBeLessThanOrEqual(4)
    expect(inflight).toBe(3)
  })

  it('that are not acknowledged in time are sent again on a new connection', async () => {
    let ignored = 0
    const { port } = await broker({
      authorizePublish: (_client, packet, done) => {
        if (packet.topic.endsWith(RESULTS) && ignored++ === 0) return
        done(null)
      },
    })
    const manager = await peer(port, [RESULTS])
    const got = next(manager, 1)
    const { up, deliver, connections } = open(port, { timeoutMs: 200 })
    await up()
    expect(await deliver(result(1))).toMatchObject({ at: 'acknowledged' })
    expect(connections[1]).toEqual({
      state: 'down',
      reason: 'a publication was not acknowledged within 200 ms',
    })
    expect(await got).toEqual(['{"n":1}'])
  })

  it('arrive exactly once, in order, however often the connection is cut', async () => {
    const { port } = await broker()
    let bytes = 0
    const between = await proxy(port, (data) => {
      bytes += data.length
      if (bytes < 3000) return true
      bytes = 0
      setImmediate(() => between.cut())
      return false
    })
    const manager = await peer(port, [RESULTS])
    const got = next(manager, 300)
    const { link } = open(between.port)
    await lastValueFrom(link.send(from(Array.from({ length: 300 }, (_, n) => result(n)))))
    expect(await got).toEqual(Array.from({ length: 300 }, (_, n) => JSON.stringify({ n })))
    expect(between.connections()).toBeGreaterThan(5)
  })

  it('of QoS 0 wait for a connection', async () => {
    const { port } = await broker()
    const between = await proxy(port)
    const manager = await peer(port, [RESULTS])
    const got = next(manager, 1)
    const { up, until, deliver, connections } = open(between.port, { qos: 0 })
    await up()
    between.setOpen(false)
    between.cut()
    await until(() => connections.at(-1)?.state === 'down')
    const delivery = deliver(result(1))
    between.setOpen(true)
    expect(await delivery).toMatchObject({ at: 'acknowledged' })
    expect(await got).toEqual(['{"n":1}'])
  })

  it('of QoS 0 that were not written when the connection broke are sent on the next', async () => {
    const { port } = await broker()
    const between = await proxy(port)
    const manager = await peer(port, [RESULTS])
    const got = next(manager, 30)
    const { link, up } = open(between.port, { qos: 0 })
    await up()
    const mebibyte = 'x'.repeat(1024 * 1024)
    const told: string[] = []
    const deliveries = link.send(range(0, 30).pipe(map((n) => result(n, mebibyte)))).pipe(
      tap(({ at }) => {
        if (told.push(at) === 1) setImmediate(() => between.cut())
      }),
    )
    await lastValueFrom(deliveries)
    expect(told.slice(0, 9)).toEqual(Array.from({ length: 9 }, () => 'handed'))
    expect((await got).map((text) => text.slice(0, 7).replace(/\D/g, ''))).toEqual(
      Array.from({ length: 30 }, (_, n) => String(n)),
    )
    expect(between.connections()).toBe(2)
  })

  it('larger than a packet may be are rejected', async () => {
    const { port } = await broker()
    const { deliver, logged } = open(port, { maxPacketBytes: 1000 })
    expect(await deliver(result(1, 'x'.repeat(1000)))).toMatchObject({ at: 'rejected', cause: 'size' })
    expect(logged('error').join()).toContain('expected at most 1000')
  })

  it('that make the broker close the connection are given up after five attempts; others arrive', async () => {
    let closed = 0
    const { port } = await broker({
      authorizePublish: (_client, packet, done) => {
        const tooBig = packet.payload.length > 100_000
        if (tooBig) closed += 1
        done(tooBig ? new Error('too big') : null)
      },
    })
    const manager = await peer(port, [RESULTS])
    const got = next(manager, 2)
    const { up, deliver } = open(port)
    await up()
    const deliveries = await Promise.all([
      deliver(result(1)),
      deliver(result(2, 'x'.repeat(150_000))),
      deliver(result(3)),
    ])
    expect(deliveries).toMatchObject([
      { at: 'acknowledged' },
      { at: 'rejected', cause: 'refused' },
      { at: 'acknowledged' },
    ])
    expect(closed).toBe(5)
    expect(await got).toEqual(['{"n":1}', '{"n":3}'])
  })

  it('of which only the newest counts go with QoS 0, once something was acknowledged that they must not overtake (issue 14.5)', async () => {
    const qos: number[] = []
    const { port } = await broker({
      authorizePublish: (_client, packet, done) => {
        qos.push(packet.qos)
        done(null)
      },
    })
    const { link, up, deliver } = open(port)
    await up()
    const beat: Publication = { subtopic: ALIVE, payload: { beat: 1 }, keep: 'latest' }
    await lastValueFrom(link.send(of(result(1), beat)))
    expect(await deliver(beat)).toMatchObject({ at: 'acknowledged' })
    await deliver(result(2))
    expect(qos).toEqual([2, 2, 0, 2])
  })

  it('heartbeats come while acknowledgements are held up, behind a large message or otherwise (issue 14.5)', async () => {
    const { port } = await broker()
    const manager = await peer(port, [ALIVE])
    let isHolding = false
    const hold = (data: Buffer) => (isHolding ? Buffer.alloc(0) : data)
    const between = await proxy(port, undefined, hold)
    const { link, up, deliver } = open(between.port, { inflight: 2, timeoutMs: 60_000 })
    await up()
    isHolding = true
    const stuck: Delivery[] = []
    link.send(of(result(1))).subscribe((delivery) => stuck.push(delivery))
    const beat$ = interval(50).pipe(
      map((beat): Publication => ({ subtopic: ALIVE, payload: { beat }, keep: 'latest' })),
    )
    const beats = beat$.subscribe((beat) => void deliver(beat))
    expect(await next(manager, 3)).toHaveLength(3)
    beats.unsubscribe()
    expect(stuck.map(({ at }) => at)).toEqual(['handed'])
  })

  it('that are heartbeats are replaced by the newest while disconnected; results are kept', async () => {
    const { port } = await broker()
    const manager = await peer(port, [RESULTS, ALIVE])
    const between = await proxy(port)
    between.setOpen(false)
    const { link, connections, until } = open(between.port)
    await until(() => connections.length > 0)
    const beats = [1, 2, 3].map((beat): Publication => ({
      subtopic: ALIVE,
      payload: { beat },
      keep: 'latest',
    }))
    const got = next(manager, 4)
    const deliveries = lastValueFrom(
      link.send(from([...beats, result(1), result(2), result(3)])).pipe(toArray()),
    )
    between.setOpen(true)
    expect((await got).sort()).toEqual(['{"beat":3}', '{"n":1}', '{"n":2}', '{"n":3}'])
    expect((await deliveries).filter(({ at }) => at === 'replaced')).toHaveLength(2)
  })
})

describe('the link', () => {
  it('connects to a late broker, with growing delays, and again after it was away', async () => {
    const first = await broker()
    const { port } = first
    await first.close()
    const { up, connections, logged, until } = open(port)
    await until(() => connections.length > 0)
    expect(connections[0]).toMatchObject({
      state: 'down',
      reason: expect.stringContaining('ECONNREFUSED') as string,
    })
    const second = await broker({}, { port })
    await up()
    await second.close()
    await until(() => connections.at(-1)?.state === 'down')
    await broker({}, { port })
    await up(2)
    expect(logged('warn').filter((line) => line.startsWith('Not connected'))).not.toHaveLength(0)
  })

  it('reports that the broker does not accept the key, retries, and never shows the key', async () => {
    let accepting = false
    let tries = 0
    const { port } = await broker({
      authenticate: (_client, username, password, done) => {
        tries += 1
        const known = username === 'proplet-1' && password?.toString() === 'top-secret-key'
        if (accepting && known) done(null, true)
        else done(Object.assign(new Error('no'), { returnCode: 4 }), false)
      },
    })
    const { up, connections, lines, logged, until } = open(port)
    await until(() => connections.length > 0)
    expect(connections).toMatchObject([
      { reason: expect.stringContaining('bad user name or password') as string },
    ])
    accepting = true
    await up()
    expect(tries).toBeGreaterThan(1)
    expect(logged('error')).toHaveLength(1)
    expect(JSON.stringify([lines, connections])).not.toContain('top-secret-key')
  })

  it('says what may be wrong when the broker closes one connection after another (issue 14.5)', async () => {
    const { port } = await broker()
    const between = await proxy(port)
    const { up, logged } = open(between.port)
    for (const times of [1, 2, 3, 4, 5]) {
      expect(logged('warn').filter((line) => line.includes('same client ID'))).toEqual([])
      await up(times)
      between.cut()
    }
    await up(6)
    expect(logged('warn').filter((line) => line.includes('same client ID'))).toHaveLength(1)
  })

  it('triggers its Last Will when it is cut', async () => {
    const { port } = await broker()
    const manager = await peer(port, [ALIVE])
    const got = next(manager, 1)
    const { up, close } = open(port)
    await up()
    close()
    expect(await got).toEqual(['{"status":"offline","proplet_id":"proplet-1"}'])
  })

  it('lives as long as it is subscribed to', async () => {
    let clients = 0
    const started = await broker()
    const between = await proxy(started.port, () => {
      clients += 1
      return true
    })
    const { up, close } = open(between.port)
    await up()
    close()
    const after = clients
    between.cut()
    const { up: otherUp } = open(started.port, { clientId: 'other' })
    await otherUp()
    expect(between.connections()).toBe(1)
    expect(clients).toBe(after)
  })
})

describe('close', () => {
  const offline: Publication = { subtopic: ALIVE, payload: { status: 'bye' }, keep: 'all' }

  it('delivers waiting messages, then the farewell, then disconnects without the Last Will', async () => {
    const { port } = await broker()
    const manager = await peer(port, [RESULTS, ALIVE])
    const got = next(manager, 31)
    const { link, up, logged, connections } = open(port)
    await up()
    const sent = lastValueFrom(link.send(from(Array.from({ length: 30 }, (_, n) => result(n)))))
    expect(await firstValueFrom(link.close(offline, 5000))).toEqual({ clean: true, undelivered: 0 })
    await sent
    const seen = await got
    expect(seen.at(-1)).toBe('{"status":"bye"}')
    expect(connections.at(-1)).toEqual({ state: 'down', reason: 'disconnected' })
    expect(logged('warn')).toEqual([])
    const will = next(manager, 1)
    await manager.publish(ALIVE, { last: true })
    expect(await will).toEqual(['{"last":true}'])
  })

  it('completes at once if there is no connection and nothing waits', async () => {
    const first = await broker()
    await first.close()
    const { link, connections, until } = open(first.port)
    await until(() => connections.length > 0)
    expect(await firstValueFrom(link.close(offline, 60_000))).toEqual({ clean: false, undelivered: 0 })
  })

  it('waits for a connection if messages wait, until the deadline, and counts what is lost', async () => {
    const first = await broker()
    await first.close()
    const { link, connections, until } = open(first.port)
    await until(() => connections.length > 0)
    const sending = link.send(from([result(1), result(2)])).subscribe()
    cleanup(() => sending.unsubscribe())
    expect(await firstValueFrom(link.close(offline, 200))).toEqual({ clean: false, undelivered: 2 })
  })

  it('leaves the Last Will if the farewell is not acknowledged in time', async () => {
    const { port } = await broker({
      authorizePublish: (_client, packet, done) => {
        if (!packet.payload.toString().includes('bye')) done(null)
      },
    })
    const manager = await peer(port, [ALIVE])
    const got = next(manager, 1)
    const { link, up } = open(port)
    await up()
    expect(await firstValueFrom(link.close(offline, 200))).toEqual({ clean: false, undelivered: 0 })
    expect(await got).toEqual(['{"status":"offline","proplet_id":"proplet-1"}'])
  })
})
