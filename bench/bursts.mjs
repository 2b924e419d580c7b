// @ts-check
// Do results that come in one burst hold up a Manager? Its MQTT client (Go, handlers in order) reads nothing more while a message waits
// for its handler; a handler that publishes and waits for the acknowledgement then waits for what is behind the next message, until
// it gives up. Here is such a client, without the rest of the Manager: `node bench/bursts.mjs`, after `npm run build`; it needs mosquitto.
import { once } from 'node:events'
import { connect } from 'node:net'
import { cpus, loadavg } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { generate, parser } from 'mqtt-packet'
import { table } from '../dist/dev/sections.js'
import { connectClient } from './support/client.mjs'
import { startPatientBroker } from './support/flood.mjs'
import { ms } from './support/stats.mjs'

const RESULTS = 12
/** The Manager gives up after 30 s; this client sooner. */
const GIVE_UP_MS = 1000
const GAPS_MS = [0, 1, 5, 20, 50]
/** No gap, but each result when the broker has acknowledged the one before, as with PROPLET_MQTT_INFLIGHT=1. */
const ONE_AT_A_TIME = -1

/**
 * A client that handles one message at a time, and reads nothing more while the next one waits for that.
 * @param {number} port
 * @param {(publish: () => Promise<boolean>) => Promise<void>} handle `publish` tells whether it was acknowledged
 */
const connectOrdered = async (port, handle) => {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  const write = (/** @type {import('mqtt-packet').Packet} */ packet) => socket.write(generate(packet))
  /** @type {import('mqtt-packet').Packet[]} */
  const unread = []
  /** @type {Map<number, (isAcknowledged: boolean) => void>} */
  const waiting = new Map()
  let isHandling = false
  let lastId = 0
  /** @type {() => void} */
  let subscribed = () => undefined

  const publish = () => {
    const messageId = ++lastId
    write({ cmd: 'publish', topic: 'next', payload: '{}', qos: 2, messageId, dup: false, retain: false })
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), GIVE_UP_MS)
      waiting.set(messageId, (isAcknowledged) => {
        clearTimeout(timer)
        resolve(isAcknowledged)
      })
    })
  }
  const read = () => {
    for (let packet = unread[0]; packet !== undefined; packet = unread[0]) {
      if (packet.cmd === 'publish') {
        if (isHandling) return
        isHandling = true
        const { messageId = 0 } = packet
        void handle(publish).then(() => {
          write({ cmd: 'pubrec', messageId })
          isHandling = false
          read()
        })
      } else if (packet.cmd === 'pubrec') write({ cmd: 'pubrel', messageId: packet.messageId ?? 0 })
      else if (packet.cmd === 'pubcomp') waiting.get(packet.messageId ?? 0)?.(true)
      else if (packet.cmd === 'pubrel') write({ cmd: 'pubcomp', messageId: packet.messageId ?? 0 })
      else if (packet.cmd === 'connack')
        write({ cmd: 'subscribe', messageId: 60_000, subscriptions: [{ topic: 'results', qos: 2 }] })
      else if (packet.cmd === 'suback') subscribed()
      unread.shift()
    }
  }
  const parse = parser()
  parse.on('packet', (packet) => {
    unread.push(packet)
    read()
  })
  socket.on('data', (bytes) => parse.parse(bytes))
  write({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId: 'manager',
    keepalive: 0,
  })
  await new Promise((resolve) => (subscribed = () => resolve(undefined)))
  return async () => {
    socket.destroy()
    await once(socket, 'close')
  }
}

const { port, close } = await startPatientBroker()
const proplet = await connectClient(port)
/** @param {number} gapMs @param {boolean} publishes */
const burst = async (gapMs, publishes) => {
  let handled = 0
  let givenUp = 0
  let longest = 0
  /** @type {() => void} */
  let finish = () => undefined
  const finished = new Promise((resolve) => (finish = () => resolve(undefined)))
  const disconnect = await connectOrdered(port, async (publish) => {
    const from = performance.now()
    if (publishes && !(await publish())) givenUp += 1
    longest = Math.max(longest, performance.now() - from)
    handled += 1
    if (handled === RESULTS) finish()
  })
  const from = performance.now()
  for (let i = 0; i < RESULTS; i++) {
    const published = proplet.publishAsync(
      'results',
      JSON.stringify({ task_id: `${i}`, results: '', error: null }),
      {
        qos: 2,
      },
    )
    if (gapMs === ONE_AT_A_TIME) await published
    if (gapMs > 0) await delay(gapMs)
  }
  await finished
  const tookMs = performance.now() - from
  await disconnect()
  return [
    gapMs === ONE_AT_A_TIME ? 'until acknowledged' : gapMs === 0 ? 'none' : `${gapMs} ms`,
    publishes ? 'yes' : 'no',
    `${givenUp}`,
    ms(longest),
    ms(tookMs),
  ]
}
const rows = [await burst(0, false)]
for (const gapMs of [...GAPS_MS, ONE_AT_A_TIME]) rows.push(await burst(gapMs, true))
console.log(
  [
    `${RESULTS} results; a handler gives up after ${GIVE_UP_MS} ms. Node.js ${process.versions.node}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}`,
    '',
    ...table(
      [
        'gap between results',
        'the handler publishes',
        'handlers that gave up',
        'longest handler',
        'all handled within',
      ],
      rows,
    ),
  ].join('\n'),
)
await proplet.endAsync(true)
await close()
