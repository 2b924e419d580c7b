// @ts-check
import { DEMO_PREFIX } from '../../dist/dev/daemon.js'
import { connectClient } from './client.mjs'
import { ADD, ADD_RESULT, fixture, paddedAdd } from './modules.mjs'
import { memoryOf, startHelper } from './processes.mjs'
import { startSlowLink } from './slow-link.mjs'
import { withWorld } from './world.mjs'

/**
 * @typedef {{rss: number, heapUsed: number}} Memory
 * @typedef {object} Loaded
 * @property {string} what
 * @property {number} tasks
 * @property {number} lost
 * @property {number} failed
 * @property {number} seconds
 * @property {{max: number, work: number}} loop
 * @property {number} beatMs
 * @property {number} intervalMs of the heartbeats
 * @property {Memory} before
 * @property {number} most resident bytes
 * @property {Memory} after
 */

const INTERVAL_MS = 1000
const LOOK_MS = 250
/** A task counts as lost this long after the last result. */
const SILENCE_MS = 60_000

const ENV = {
  PROPLET_LIVELINESS_INTERVAL: `${INTERVAL_MS}ms`,
  PROPLET_QUEUE_MAX: '2000',
  PROPLET_LOG_LEVEL: 'warn',
}

/**
 * Receives what the proplet publishes.
 * @param {number} port of the broker
 */
const listen = async (port) => {
  const client = await connectClient(port)
  /** @type {Map<string, unknown>} */
  const open = new Map()
  let failed = 0
  let beatAt = performance.now()
  let beatMs = 0
  let heardAt = 0
  /** @type {(image: string) => void} */
  let onRequest = () => undefined
  client.on('message', (topic, payload) => {
    const body = JSON.parse(payload.toString())
    const now = performance.now()
    if (topic.endsWith('/alive')) {
      beatMs = Math.max(beatMs, now - beatAt)
      beatAt = now
    } else if (topic.endsWith('/results')) {
      heardAt = now
      if (!open.has(body.task_id)) return
      if (body.error !== null || body.results !== open.get(body.task_id)) failed += 1
      open.delete(body.task_id)
    } else onRequest(body.app_name)
  })
  const topics = ['control/proplet/results', 'control/proplet/alive', 'registry/proplet']
  await client.subscribeAsync(
    topics.map((topic) => `${DEMO_PREFIX}/${topic}`),
    { qos: 2 },
  )
  /** @param {string} subtopic @param {object} body */
  const publish = (subtopic, body) =>
    client.publishAsync(`${DEMO_PREFIX}/${subtopic}`, JSON.stringify(body), { qos: 2 })
  return {
    publish,
    /** @param {{id: string} & Record<string, unknown>} command @param {string} expected */
    start: (command, expected) => {
      open.set(command.id, expected)
      return publish('control/manager/start', command)
    },
    /** @param {(image: string) => void} hear */
    onRequest: (hear) => (onRequest = hear),
    watchBeats: () => {
      beatAt = performance.now()
      beatMs = 0
    },
    beats: () => ({ beatMs: Math.max(beatMs, performance.now() - beatAt) }),
    /** Waits for all results; returns how many are missing, and how many were wrong. */
    settle: async () => {
      heardAt = performance.now()
      while (open.size > 0 && performance.now() - heardAt < SILENCE_MS) await pause(10)
      const ends = { lost: open.size, failed }
      open.clear()
      failed = 0
      return ends
    },
    close: () => client.endAsync(true),
  }
}

/** @typedef {Awaited<ReturnType<typeof listen>>} Listener */

const pause = (/** @type {number} */ time) => new Promise((resolve) => setTimeout(resolve, time))

/**
 * @param {string} what
 * @param {(listener: Listener, port: number) => Promise<number>} run resolves to how many tasks it has sent
 * @param {{throughLink?: (port: number) => Promise<{port: number, close: () => Promise<void>}>, env?: Record<string, string>}} [options]
 * @returns {Promise<Loaded>}
 */
const measured = (what, run, { throughLink, env = {} } = {}) =>
  withWorld(async ({ port, daemon }) => {
    const link = await throughLink?.(port)
    const address = link === undefined ? {} : { PROPLET_MQTT_ADDRESS: `tcp://127.0.0.1:${link.port}` }
    const proplet = await daemon({ probed: true, env: { ...ENV, ...env, ...address } })
    const listener = await listen(port)
    for (let i = 0; i < 50; i++) await listener.start({ id: `warm-${i}`, ...ADD }, ADD_RESULT)
    await listener.settle()
    const before = await proplet.ask('memory')
    let most = before.rss
    const looking = setInterval(() => (most = Math.max(most, memoryOf(proplet.pid).rss)), LOOK_MS)
    await proplet.ask('watch')
    listener.watchBeats()
    const startedAt = performance.now()
    const tasks = await run(listener, port)
    const ends = await listener.settle()
    const seconds = (performance.now() - startedAt) / 1000
    const { beatMs } = listener.beats()
    const loop = await proplet.ask('delays')
    clearInterval(looking)
    const after = await proplet.ask('memory')
    await listener.close()
    await proplet.stop()
    await link?.close()
    return { what, tasks, ...ends, seconds, loop, beatMs, intervalMs: INTERVAL_MS, before, most, after }
  })

const BURST = 1000

export const burst = () =>
  measured(`${BURST} starts in a burst`, async ({ start }) => {
    await Promise.all(
      Array.from({ length: BURST }, (_, i) => start({ id: `burst-${i}`, ...ADD }, ADD_RESULT)),
    )
    return BURST
  })

const IMAGES = 50
const CHUNKS = 200
const CHUNK_BYTES = 2000

export const images = () =>
  measured(
    `${IMAGES * CHUNKS} chunks of ${IMAGES} images, interleaved`,
    async ({ start, publish, onRequest }) => {
      const names = Array.from({ length: IMAGES }, (_, i) => `load/${i}`)
      const wanted = new Set(names)
      const asked = new Promise((resolve) =>
        onRequest((image) => {
          wanted.delete(image)
          if (wanted.size === 0) resolve(undefined)
        }),
      )
      for (const [i, image] of names.entries())
        void start({ id: `image-${i}`, name: 'add', image_url: image, inputs: [10, 20] }, ADD_RESULT)
      await asked
      const binaries = names.map((_, i) => paddedAdd(CHUNKS * CHUNK_BYTES, i))
      for (let index = 0; index < CHUNKS; index++)
        await Promise.all(
          binaries.map((binary, i) =>
            publish('registry/server', {
              app_name: names[i],
              chunk_idx: index,
              total_chunks: CHUNKS,
              data: binary.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES).toString('base64'),
            }),
          ),
        )
      return IMAGES
    },
    { env: { PROPLET_FETCH_RETRY: '60s' } },
  )

const WAITING = 200
const BYTES_PER_SECOND = 40_000
const TEXT = 'x'.repeat(2000)

export const slowBroker = () =>
  measured(
    `${WAITING} results of 2 kB for a broker that takes ${BYTES_PER_SECOND / 1000} kB a second`,
    async ({ start }) => {
      const file = fixture('args-env').toString('base64')
      const expected = `arg 0: _start\narg 1: ${TEXT}\nenv: PROPLET_ID=bench-proplet\n`
      await Promise.all(
        Array.from({ length: WAITING }, (_, i) =>
          start({ id: `slow-${i}`, name: '_start', file, inputs: [TEXT] }, expected),
        ),
      )
      return WAITING
    },
    { throughLink: (port) => startSlowLink(port, BYTES_PER_SECOND) },
  )

const PER_SECOND = 50

/** @param {number} minutes */
export const soak = (minutes) =>
  measured(
    `soak: ${minutes} min of ${PER_SECOND} tasks a second, every tenth fetched`,
    async ({ start }, port) => {
      const registry = await startHelper('registry.mjs', [port, CHUNK_BYTES])
      const total = Math.round(minutes * 60 * PER_SECOND)
      const startedAt = performance.now()
      for (let sent = 0; sent < total;) {
        const due = Math.min(total, ((performance.now() - startedAt) / 1000) * PER_SECOND)
        for (; sent < due; sent++) {
          const source = sent % 10 === 0 ? { image_url: `bench/20000/${sent % 100}` } : { file: ADD.file }
          void start({ id: `soak-${sent}`, name: 'add', inputs: [10, 20], ...source }, ADD_RESULT)
        }
        await pause(5)
      }
      // The last of them may still be fetching.
      await pause(2000)
      await registry.close()
      return total
    },
  )
