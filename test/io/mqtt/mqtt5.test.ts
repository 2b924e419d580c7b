import { createServer, type Socket } from 'node:net'
import { generate, parser, type IConnackPacket, type IConnectPacket, type Packet } from 'mqtt-packet'
import { firstValueFrom, from, lastValueFrom, Subject, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Publication } from '../../../src/model/publication.js'
import { connectPeer } from '../../../src/dev/peer.js'
import { PREFIX } from '../../support/mqtt-link.js'
import { next, useMqtt } from '../../support/mqtt-tests.js'

const START = 'control/manager/start'
const RESULTS = 'control/proplet/results'
const mqtt5 = { sessionExpirySeconds: 3600, receiveMaximum: 20 }
const V5 = { protocolVersion: 5 }

const { cleanup, mosquitto, proxy, open, peer } = useMqtt()

const result = (n: number, padding = ''): Publication => ({
  subtopic: RESULTS,
  payload: { n, padding },
  keep: 'all',
})

/** The packets to respond with; undefined closes the connection. */
type Answer = (packet: Packet, connection: number) => readonly Packet[] | undefined

/** A broker of MQTT 5 that runs a script; what the script omits is granted. */
const brokerOf = async (answer: Answer) => {
  const received: Packet[] = []
  const changes$ = new Subject<void>()
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((socket) => {
    const connection = ++connections
    sockets.add(socket)
    const read = parser(V5)
    read.on('packet', (packet: Packet) => {
      received.push(packet)
      const answers = answer(packet, connection)
      if (answers === undefined) socket.end()
      else for (const each of answers) socket.write(generate(each, V5))
      changes$.next()
    })
    socket.on('error', () => undefined)
    socket.on('data', (data: Buffer) => read.parse(data))
  })
  cleanup(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (address !== null && typeof address === 'object') resolve(address.port)
    })
  })
  const of = <C extends Packet['cmd']>(cmd: C) =>
    received.filter((packet): packet is Extract<Packet, { cmd: C }> => packet.cmd === cmd)
  const until = async (holds: () => boolean) => {
    while (!holds()) await firstValueFrom(changes$)
  }
  return { port, received, of, until }
}

const accept = (
  properties: NonNullable<IConnackPacket['properties']> = {},
  sessionPresent = false,
): Packet => ({
  cmd: 'connack',
  reasonCode: 0,
  sessionPresent,
  properties,
})

/** Accepts, grants and acknowledges everything. */
const granting =
  (properties?: NonNullable<IConnackPacket['properties']>): Answer =>
  (packet) => {
    const messageId = packet.messageId ?? 0
    if (packet.cmd === 'connect') return [accept(properties)]
    if (packet.cmd === 'subscribe')
      return [{ cmd: 'suback', messageId, granted: packet.subscriptions.map(({ qos }) => qos) }]
    if (packet.cmd === 'publish' && packet.qos > 0)
      return [{ cmd: packet.qos === 1 ? 'puback' : 'pubrec', messageId }]
    if (packet.cmd === 'pingreq') return [{ cmd: 'pingresp' }]
    return packet.cmd === 'pubrel' ? [{ cmd: 'pubcomp', messageId }] : []
  }

const firstReason = async (answer: Answer) => {
  const { port } = await brokerOf(answer)
  const { until, connections, logged } = open(port, { mqtt5 })
  await until(() => connections.length > 0)
  const [first] = connections
  return { reason: first?.state === 'down' ? first.reason : 'up', logged }
}

const refusing =
  (reasonCode: number, reasonString?: string): Answer =>
  (packet) =>
    packet.cmd === 'connect'
      ? [
          {
            cmd: 'connack',
            reasonCode,
            sessionPresent: false,
            properties: { ...(reasonString && { reasonString }) },
          },
        ]
      : undefined

describe('issue 14.4: MQTT 5 with mosquitto', () => {
  it('connects with a session that the broker keeps, receives commands and delivers results', async () => {
    const { port, log } = await mosquitto()
    const between = await proxy(port)
    const manager = await peer(port, [RESULTS])
    const got = next(manager, 100)
    const { link, up, until, received, connections, logged } = open(between.port, { mqtt5 })
    await up()
    await manager.publish(START, { n: 1 })
    expect(await received(1)).toEqual(['{"n":1}'])
    await lastValueFrom(link.send(from(Array.from({ length: 100 }, (_, n) => result(n)))))
    expect((await got).map((text) => Number(/"n":(\d+)/.exec(text)?.[1]))).toEqual(
      Array.from({ length: 100 }, (_, n) => n),
    )
    expect(log()).toMatch(/as proplet-1 \(p5, c0, k30, u'proplet-1'\)/)

    between.setOpen(false)
    between.cut()
    await until(() => connections.at(-1)?.state === 'down')
    for (let n = 2; n < 7; n++) await manager.publish(START, { n })
    between.setOpen(true)
    expect((await received(6)).slice(1)).toEqual([2, 3, 4, 5, 6].map((n) => `{"n":${n}}`))
    await up(2)
    expect(connections.at(-1)).toEqual({ state: 'up', sessionPresent: true })
    expect(logged('info')).toContainEqual(expect.stringMatching(/Connected to the broker .*"mqtt":"5"/))
  })

  it('asks for no retained messages where they are not to be acted on', async () => {
    const { port } = await mosquitto()
    const manager = await connectPeer({ port, prefix: PREFIX }, [])
    cleanup(manager.close)
    const retainer = await peer(port, [])
    await retainer.publish(START, { n: 0 })
    const { received, up, messages } = open(port, { mqtt5, retained: false })
    await up()
    await manager.publish(START, { n: 1 })
    expect(await received(1)).toEqual(['{"n":1}'])
    expect(messages).toHaveLength(1)
  })

  it('drops a message that is too large, with its properties, and takes the next', async () => {
    const { port } = await mosquitto()
    const manager = await peer(port, [])
    const { link, up, received, logged } = open(port, { mqtt5, maxPacketBytes: 2000 })
    const oversize = firstValueFrom(link.oversize$)
    await up()
    await manager.publish(START, { n: 'x'.repeat(100_000) })
    await manager.publish(START, { n: 2 })
    expect(await received(1)).toEqual(['{"n":2}'])
    expect((await oversize).subtopic).toBe(START)
    expect(logged('error')).toEqual([expect.stringContaining('Message dropped: too large')])
  })

  it('receives a thousand messages in one burst, with a window of twenty', async () => {
    const { port } = await mosquitto({
      config: ['allow_anonymous true', 'max_queued_messages 0'],
      isQuiet: true,
    })
    const between = await proxy(port)
    const manager = await peer(port, [])
    const { up, until, received, connections } = open(between.port, { mqtt5 })
    await up()
    between.setOpen(false)
    between.cut()
    await until(() => connections.at(-1)?.state === 'down')
    const numbers = Array.from({ length: 1000 }, (_, n) => n)
    // mosquitto drops some if more than 20 arrive at a time.
    for (let n = 0; n < numbers.length; n += 10)
      await Promise.all(numbers.slice(n, n + 10).map((each) => manager.publish(START, { n: each })))
    between.setOpen(true)
    expect(await received(numbers.length)).toEqual(numbers.map((n) => `{"n":${n}}`))
    expect(connections.filter(({ state }) => state === 'up')).toHaveLength(2)
  })
})

describe('issue 14.4: what a broker of MQTT 5 says', () => {
  it('asks for a session and a window, and for no session where it is to be forgotten', async () => {
    const { port, of } = await brokerOf(granting())
    const kept = open(port, { mqtt5 })
    const forgotten = open(port, { mqtt5, cleanSession: true, clientId: 'other' })
    await Promise.all([kept.up(), forgotten.up()])
    const asked = (id: string) => of('connect').find((connect: IConnectPacket) => connect.clientId === id)
    expect(asked('proplet-1')).toMatchObject({
      protocolVersion: 5,
      clean: false,
      properties: { sessionExpiryInterval: 3600, receiveMaximum: 20 },
    })
    expect(asked('other')).toMatchObject({ clean: true, properties: { sessionExpiryInterval: 0 } })
  })

  it('warns once if the session is kept for less time than requested', async () => {
    const answer = granting({ sessionExpiryInterval: 60, topicAliasMaximum: 10 })
    let disconnects = 0
    const { port } = await brokerOf((packet, connection) =>
      packet.cmd === 'subscribe' && connection === 1 && ++disconnects === 1
        ? [...(answer(packet, 1) ?? []), { cmd: 'disconnect', reasonCode: 0x8b }]
        : answer(packet, connection),
    )
    const { up, logged } = open(port, { mqtt5 })
    await up(2)
    expect(logged('warn').filter((line) => line.includes('shorter time'))).toEqual([
      'The broker keeps the session for a shorter time than requested: commands sent later than that are lost {"asked":3600,"used":60}',
    ])
  })

  it.each([
    [refusing(0x86), 'bad user name or password (134)', true],
    [refusing(0x87, 'unknown\u0007device'), 'not authorized (135): unknown?device', true],
    [refusing(0x88), 'server unavailable (136)', false],
    [
      refusing(0x84),
      'unsupported protocol version (132); it does not speak MQTT 5: set PROPLET_MQTT_VERSION=3.1.1',
      false,
    ],
    [refusing(0x9b), 'QoS not supported (155)', false],
  ] as const)('reports why it refuses a connection', async (answer, reason, isAboutUs) => {
    const { reason: told, logged } = await firstReason(answer)
    expect(told).toBe(`the broker refused the connection: ${reason}`)
    expect(logged('error')).toHaveLength(isAboutUs ? 1 : 0)
  })

  it('reports why it ends a connection', async () => {
    const { port } = await brokerOf((packet) =>
      packet.cmd === 'subscribe' ? [{ cmd: 'disconnect', reasonCode: 0x8e }] : granting()(packet, 1),
    )
    const { until, connections } = open(port, { mqtt5 })
    await until(() => connections.length > 0)
    expect(connections[0]).toEqual({
      state: 'down',
      reason:
        'the broker ended the connection: session taken over by another client of the same client ID (142)',
    })
  })

  it('reports why it refuses a subscription', async () => {
    const { reason } = await firstReason((packet) =>
      packet.cmd === 'subscribe'
        ? [{ cmd: 'suback', messageId: packet.messageId ?? 0, granted: [2, 0x87, 2] }]
        : granting()(packet, 1),
    )
    expect(reason).toBe(
      `the broker refused the subscription to ${PREFIX}/control/manager/stop: not authorized (135)`,
    )
  })

  it('sends no more publications at a time than the broker accepts', async () => {
    const answer = granting({ receiveMaximum: 2 })
    const { port, of, until } = await brokerOf((packet, connection) =>
      packet.cmd === 'publish' ? [] : answer(packet, connection),
    )
    const { link, up } = open(port, { mqtt5, inflight: 10 })
    await up()
    const states: string[] = []
    const sending = link.send(from(Array.from({ length: 5 }, (_, n) => result(n))))
    const subscription = sending.subscribe(({ at }) => states.push(at))
    await until(() => of('publish').length >= 1)
    expect(states).toEqual(['handed'])
    expect(link.stats()).toMatchObject({ inflight: 1, waiting: 4 })
    subscription.unsubscribe()
  })

  it('publishes with no higher QoS than the broker accepts, and reports it', async () => {
    const { port, of } = await brokerOf(granting({ maximumQoS: 1 }))
    const { up, deliver, connections, logged } = open(port, { mqtt5 })
    await up()
    expect(await deliver(result(1))).toMatchObject({ at: 'acknowledged' })
    expect(of('publish').map(({ qos }) => qos)).toEqual([1])
    expect(connections.at(-1)).toMatchObject({ lowered: { asked: 2, used: 1 } })
    expect(logged('warn')).toEqual([expect.stringContaining('lower QoS than requested')])
  })

  it('says once which packets the broker takes, and which heartbeats it does not', async () => {
    const { port } = await brokerOf(granting({ maximumPacketSize: 5 }))
    const { up, deliver, connections, logged } = open(port, { mqtt5 })
    await up()
    expect(connections).toEqual([{ state: 'up', sessionPresent: false, maximumPacketBytes: 5 }])
    const beat = { subtopic: 'control/proplet/alive', payload: {}, keep: 'latest' } as const
    for (let n = 0; n < 3; n++) expect(await deliver(beat)).toMatchObject({ at: 'rejected', cause: 'size' })
    expect(await deliver(result(1))).toMatchObject({ at: 'rejected', cause: 'size' })
    expect(await deliver(result(2))).toMatchObject({ at: 'rejected', cause: 'size' })
    expect(logged('warn')).toEqual([
      'The broker takes only smaller packets than configured: larger ones are not published {"maxPacketBytes":10485760,"maximumPacketBytes":5}',
    ])
    expect(logged('error').map((line) => /"subtopic":"([^"]*)"/.exec(line)?.[1])).toEqual([
      'control/proplet/alive',
      RESULTS,
      RESULTS,
    ])
    expect(logged('debug').filter((line) => line.includes('not published'))).toHaveLength(2)
  })

  it('pings as often as the broker asks', async () => {
    const { port, of, until } = await brokerOf(granting({ serverKeepAlive: 1 }))
    const { up, connections } = open(port, { mqtt5, keepAliveSeconds: 60 })
    await up()
    await until(() => of('pingreq').length > 1)
    expect(connections).toHaveLength(1)
  })

  it('rejects a publication that is larger than the broker accepts, even one in flight', async () => {
    let maximumPacketSize = 10_000
    const { port, of, until } = await brokerOf((packet, connection) => {
      if (packet.cmd === 'connect') return [accept({ maximumPacketSize }, connection > 1)]
      if (packet.cmd !== 'publish') return granting()(packet, connection)
      if (connection > 1) return granting()(packet, connection)
      maximumPacketSize = 300
      return undefined
    })
    const { link, up, deliver } = open(port, { mqtt5 })
    await up()
    expect(await deliver(result(1, 'x'.repeat(20_000)))).toMatchObject({
      at: 'rejected',
      cause: 'size',
      reason: expect.stringMatching(
        /^the message has 20\d{3} bytes, and the broker takes at most 10000$/,
      ) as string,
    })
    const inFlight = lastValueFrom(link.send(from([result(2, 'x'.repeat(500))])).pipe(toArray()))
    await until(() => of('publish').length === 1)
    expect((await inFlight).at(-1)).toMatchObject({
      at: 'rejected',
      cause: 'size',
      reason: 'the message has 572 bytes, and the broker takes at most 300',
    })
    expect(await deliver(result(3))).toMatchObject({ at: 'acknowledged' })
  })

  it('gives up a publication that the broker will never accept, and says why', async () => {
    const { port, of } = await brokerOf((packet, connection) =>
      packet.cmd === 'publish'
        ? [{ cmd: 'pubrec', messageId: packet.messageId ?? 0, reasonCode: 0x87 }]
        : granting()(packet, connection),
    )
    const { up, deliver, connections, link } = open(port, { mqtt5 })
    await up()
    expect(await deliver(result(1))).toMatchObject({
      at: 'rejected',
      cause: 'refused',
      reason: 'the broker refused a publication: not authorized (135)',
    })
    expect(of('publish')).toHaveLength(1)
    expect(connections).toHaveLength(1)
    expect(link.stats()).toMatchObject({ inflight: 0, waiting: 0 })
  })

  it('sends a publication again, on another connection, if the broker had no room for it', async () => {
    const { port, of } = await brokerOf((packet, connection) => {
      if (packet.cmd === 'connect') return [accept({}, connection > 1)]
      if (packet.cmd === 'publish' && connection < 3)
        return [{ cmd: 'pubrec', messageId: packet.messageId ?? 0, reasonCode: 0x97 }]
      return granting()(packet, connection)
    })
    const { up, deliver, connections } = open(port, { mqtt5 })
    await up()
    expect(await deliver(result(1))).toMatchObject({ at: 'acknowledged' })
    expect(of('publish')).toHaveLength(3)
    expect(connections).toContainEqual({
      state: 'down',
      reason: 'the broker refused a publication: quota exceeded (151)',
    })
  })

  it('gives it up after five times', async () => {
    const { port, of } = await brokerOf((packet, connection) => {
      if (packet.cmd === 'connect') return [accept({}, connection > 1)]
      if (packet.cmd === 'publish')
        return [{ cmd: 'pubrec', messageId: packet.messageId ?? 0, reasonCode: 0x97 }]
      return granting()(packet, connection)
    })
    const { up, deliver } = open(port, { mqtt5 })
    await up()
    expect(await deliver(result(1))).toMatchObject({ at: 'rejected', cause: 'refused' })
    expect(of('publish')).toHaveLength(5)
  })

  it('counts a publication without subscribers as delivered', async () => {
    const { port } = await brokerOf((packet, connection) =>
      packet.cmd === 'publish'
        ? [{ cmd: 'pubrec', messageId: packet.messageId ?? 0, reasonCode: 0x10 }]
        : granting()(packet, connection),
    )
    const { up, deliver } = open(port, { mqtt5 })
    await up()
    expect(await deliver(result(1))).toMatchObject({ at: 'acknowledged' })
  })
})
