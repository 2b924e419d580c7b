import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate, parser, type IPublishPacket } from 'mqtt-packet'
import { from, lastValueFrom } from 'rxjs'
import { expect, it } from 'vitest'
import type { LinkJournal } from '../../../src/io/mqtt/journal.js'
import { startMosquitto } from '../../support/mosquitto.js'
import { PREFIX } from '../../support/mqtt-link.js'
import { next, useMqtt } from '../../support/mqtt-tests.js'

const RESULTS = 'control/proplet/results'
const PUBREL = 0x62
const PUBREL_BYTES = 4
/** As many results as are in flight at most: one place is reserved for heartbeats. */
const COMPLETED = 19
/** Its `max_inflight_messages` unless configured. */
const MOSQUITTO_TAKES = 20
const RESULTS_SENT = 200
/** One that takes the slots, and one more than are needed to halve the window down to 1. */
const MAX_CONNECTIONS = 7
/** As documented for many tasks; mosquitto then closes the connection if it has no slot. */
const UNLIMITED_QUEUE = ['allow_anonymous true', 'max_queued_messages 0']

const NO_JOURNAL: LinkJournal = {
  packets: [],
  forget: () => undefined,
  loseSession: () => undefined,
  durable: () => undefined,
  flush: () => undefined,
  flight: () => undefined,
  sent: () => undefined,
  released: () => undefined,
}

const { cleanup, mosquitto, proxy, open, peer } = useMqtt()

const resultsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({
    subtopic: RESULTS,
    payload: { n: first + i },
    keep: 'all' as const,
    sequence: first + i,
  }))
const numbersIn = (texts: readonly string[]) =>
  texts.map((text) => Number(/"n":(\d+)/.exec(text)?.[1])).filter((n) => !Number.isNaN(n))
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n)

/** Takes slots of the session of `proplet-1` by publications that are never released. */
const takeSlots = async (port: number, count: number, protocolVersion: 4 | 5) => {
  const socket = connect({ host: '127.0.0.1', port })
  const write = (packet: Parameters<typeof generate>[0]) =>
    socket.write(generate(packet, { protocolVersion }))
  const reader = parser({ protocolVersion })
  socket.on('data', (data: Buffer) => reader.parse(data))
  const answered = new Promise<void>((resolve) => {
    let receipts = 0
    reader.on('packet', ({ cmd }: { cmd: string }) => {
      if (cmd === 'pubrec' && ++receipts === count) resolve()
    })
  })
  const client = { clientId: 'proplet-1', username: 'proplet-1', clean: false, keepalive: 60 }
  const properties = protocolVersion === 5 ? { properties: { sessionExpiryInterval: 1000 } } : {}
  write({ cmd: 'connect', protocolId: 'MQTT', protocolVersion, ...client, ...properties })
  for (let messageId = 1; messageId <= count; messageId++) {
    const packet: IPublishPacket = {
      cmd: 'publish',
      topic: `${PREFIX}/never/released`,
      payload: `${messageId}`,
      qos: 2,
      dup: false,
      retain: false,
      messageId,
    }
    write(packet)
  }
  await answered
  const closed = once(socket, 'close')
  socket.destroy()
  await closed
}

it.each([
  { taken: 4, mqtt: '3.1.1' },
  { taken: 12, mqtt: '3.1.1' },
  { taken: 19, mqtt: '3.1.1' },
  { taken: 20, mqtt: '3.1.1' },
  { taken: 12, mqtt: '5' },
  { taken: 20, mqtt: '5' },
] as const)(
  'issue 14.3: all results arrive if mosquitto counts $taken of its 20 slots as taken (MQTT $mqtt)',
  async ({ taken, mqtt }) => {
    const { port, log } = await mosquitto({ config: UNLIMITED_QUEUE, isQuiet: true })
    await takeSlots(port, taken, mqtt === '5' ? 5 : 4)
    const manager = await peer(port, [RESULTS])
    const got = next(manager, RESULTS_SENT)
    const { link, up, logged, connections } = open(port, {
      inflight: MOSQUITTO_TAKES,
      ...(mqtt === '5' && { mqtt5: { sessionExpirySeconds: 1000, receiveMaximum: 20 } }),
    })
    await up()
    expect(connections[0]).toMatchObject({ sessionPresent: true })
    await lastValueFrom(link.send(from(resultsFrom(0, RESULTS_SENT))))
    expect(numbersIn(await got)).toEqual(upTo(RESULTS_SENT))
    expect(log().match(/connected from .* as proplet-1/g)?.length).toBeLessThanOrEqual(MAX_CONNECTIONS)
    expect(link.stats()).toMatchObject({ inflight: 0, narrowed: { asked: MOSQUITTO_TAKES } })
    expect(logged('warn').filter((line) => line.includes('short of room'))).toHaveLength(1)
  },
)

/**
 * A mosquitto that was killed and continues from a state in which 19 results are not released, although they were completed, as
 * `sent` by the journal.
 */
const crashed = async (sent: LinkJournal['sent'] = () => undefined) => {
  const persistence = await mkdtemp(join(tmpdir(), 'proplet-shortage-'))
  cleanup(() => rm(persistence, { recursive: true, force: true }))
  const saving = { persistence, savesByItself: false }
  const first = await mosquitto(saving)
  let isHolding = true
  let held = 0
  let hold: (() => void) | undefined
  const holding = new Promise<void>((resolve) => (hold = resolve))
  const between = await proxy(first.port, (data) => {
    if (!isHolding || data[0] !== PUBREL) return true
    held += data.length / PUBREL_BYTES
    if (held === COMPLETED) hold?.()
    return false
  })
  const journal = { ...NO_JOURNAL, sent }
  const open19 = open(between.port, { inflight: MOSQUITTO_TAKES, journal })
  open19.link.messages$.subscribe()
  await open19.up()
  const delivered = lastValueFrom(open19.link.send(from(resultsFrom(0, COMPLETED))))
  await holding
  await first.save()
  isHolding = false
  between.cut()
  await delivered
  await open19.up(2)
  await first.kill()
  return {
    ...open19,
    /** Starts it again, and waits for these results, in this order. */
    restart: async (count: number) => {
      const second = await startMosquitto(saving)
      cleanup(() => second.kill())
      const manager = await peer(second.port, [RESULTS])
      const got = next(manager, count)
      between.setTarget(second.port)
      return { port: second.port, numbers: async () => numbersIn(await got) }
    },
  }
}

it('issue 14.3: mosquitto, killed and restarted from an older state, gets what it has forgotten, and has its slots back', async () => {
  const { link, up, connections, restart } = await crashed()
  const { numbers } = await restart(COMPLETED + 100)
  await up(3)
  expect(connections.at(-1)).toMatchObject({ sessionPresent: true })
  await lastValueFrom(link.send(from(resultsFrom(100, 100))))
  expect(await numbers()).toEqual([...upTo(COMPLETED), ...upTo(100).map((n) => 100 + n)])
})

it('issue 14.3: so it does if the proplet was killed, too, and only knows what it had in flight', async () => {
  const sent: number[] = []
  const { close, restart } = await crashed((_sequence, id) => sent.push(id))
  close()
  const messageId = ((sent.at(-1) ?? 0) % 65_535) + 1
  const { port, numbers } = await restart(COMPLETED + 101)
  const journal = {
    ...NO_JOURNAL,
    flight: (sequence: number) => (sequence === 99 ? { messageId, isReleased: false } : undefined),
  }
  const { link, up, connections } = open(port, { inflight: MOSQUITTO_TAKES, journal })
  link.messages$.subscribe()
  const delivered = lastValueFrom(link.send(from(resultsFrom(99, 101))))
  await up()
  expect(connections.at(-1)).toMatchObject({ sessionPresent: true })
  await delivered
  expect(await numbers()).toEqual([...upTo(COMPLETED), ...upTo(101).map((n) => 99 + n)])
})
