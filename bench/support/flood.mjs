// @ts-check
// A flood of starts, for a proplet and for a bare MQTT.js client.
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { DEMO_PREFIX, daemonEnv } from '../../dist/dev/daemon.js'
import { connectClient } from './client.mjs'
import { ADD, fixture } from './modules.mjs'
import { startMosquitto } from './mosquitto.mjs'

export const BEAT_MS = 1000
/** When the task that runs is to stop. */
export const STOP_AFTER_MS = 500
const SAMPLE_MS = 50
/** Waits for ever and prints nothing. */
const WAITS = { name: 'wait', file: fixture('await-file').toString('base64'), inputs: [1] }
const GIVE_UP_MS = 60_000

/**
 * @typedef {object} Flood
 * @property {1 | 2} qos of the starts
 * @property {number} starts
 */

/**
 * What became of a flood; times in milliseconds.
 * @typedef {object} Flooded
 * @property {string} what
 * @property {{answered: number, completed: number, refused: number, other: number, twice: number}} counts
 * @property {number} sentMs until the broker had acknowledged all starts
 * @property {number} firstMs
 * @property {number} lastMs
 * @property {number} [stopMs]
 * @property {number} [gapMs] between two heartbeats, at most
 * @property {number} cpuMs
 * @property {number} [beforeBytes] resident
 * @property {number} [mostBytes] resident
 */

/** @param {number} pid @returns {Promise<{rss: number, cpuMs: number}>} */
const figuresOf = async (pid) => {
  const [stat, statm] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/statm`, 'utf8'),
  ])
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { rss: Number(statm.split(' ')[1]) * 4096, cpuMs: (Number(fields[11]) + Number(fields[12])) * 10 }
}

/** A mosquitto that drops nothing: by default it does for a client that is more than a thousand messages behind. */
export const startPatientBroker = () => startMosquitto(['max_queued_messages 0'])

/** A mosquitto, a client that listens to results, and a process that floods, all ready. */
const setUp = async (/** @type {Flood} */ { qos, starts }) => {
  const { directory, port, close: closeBroker } = await startPatientBroker()
  const manager = await connectClient(port)
  const flooder = fork(fileURLToPath(new URL('flooder.mjs', import.meta.url)), [
    String(port),
    `${DEMO_PREFIX}/control/manager/start`,
    String(starts),
    String(qos),
  ])
  await once(flooder, 'message')
  const close = async () => {
    flooder.disconnect()
    await manager.endAsync(true)
    await closeBroker()
  }
  return { directory, port, manager, flooder, close }
}

const until = async (/** @type {() => boolean} */ isTrue, /** @type {number} */ withinMs) => {
  const by = performance.now() + withinMs
  while (!isTrue() && performance.now() < by) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** Listens to results and counts those of the flood. */
const listen = async (/** @type {import('mqtt').MqttClient} */ manager) => {
  /** @type {Map<string, number>} */
  const answers = new Map()
  const counts = { completed: 0, refused: 0, other: 0, twice: 0 }
  /** @type {Map<string, (at: number) => void>} */
  const waited = new Map()
  manager.on('message', (_topic, payload) => {
    const now = performance.now()
    const body = JSON.parse(payload.toString())
    waited.get(body.task_id)?.(now)
    if (!body.task_id.startsWith('flood ')) return
    if (answers.has(body.task_id)) counts.twice += 1
    else answers.set(body.task_id, now)
    if (body.error === null) counts.completed += 1
    else if (body.error.startsWith('task refused')) counts.refused += 1
    else counts.other += 1
  })
  await manager.subscribeAsync(`${DEMO_PREFIX}/control/proplet/results`, { qos: 2 })
  return {
    counts: () => ({ answered: answers.size, ...counts }),
    isDone: (/** @type {number} */ starts) => answers.size >= starts,
    times: (/** @type {number} */ from) => {
      const all = [...answers.values()]
      return { firstMs: (all[0] ?? Infinity) - from, lastMs: (all.at(-1) ?? Infinity) - from }
    },
    /** @returns {Promise<number>} when the result of the task came */
    resultOf: (/** @type {string} */ id) => new Promise((resolve) => waited.set(id, resolve)),
  }
}

/**
 * The floor: a bare MQTT.js client that refuses everything and does nothing else.
 * @param {Flood} flood
 * @returns {Promise<Flooded>}
 */
export const floodBareClient = async (flood) => {
  const { port, manager, flooder, close } = await setUp(flood)
  const echo = fork(fileURLToPath(new URL('refuser.mjs', import.meta.url)), [String(port), DEMO_PREFIX])
  await once(echo, 'message')
  const results = await listen(manager)
  const before = await figuresOf(echo.pid ?? 0)
  const beganAt = performance.now()
  let sentMs = Infinity
  flooder.once('message', () => (sentMs = performance.now() - beganAt))
  flooder.send('begin')
  await until(() => results.isDone(flood.starts), GIVE_UP_MS)
  const after = await figuresOf(echo.pid ?? 0)
  echo.kill('SIGKILL')
  await once(echo, 'exit')
  await close()
  return {
    what: 'a bare MQTT.js client',
    counts: results.counts(),
    sentMs,
    ...results.times(beganAt),
    cpuMs: after.cpuMs - before.cpuMs,
    beforeBytes: before.rss,
    mostBytes: after.rss,
  }
}

/**
 * @param {Flood & {main: string, env?: Record<string, string>, profile?: string | undefined, isFull?: boolean}} flood `isFull`: tasks that wait take all
 * slots and the queue, so that everything is refused
 * @returns {Promise<Flooded>}
 */
export const floodProplet = async ({ main, env = {}, profile, isFull = false, ...flood }) => {
  const { directory, port, manager, flooder, close } = await setUp(flood)
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]
  const daemon = spawn(process.execPath, [...profiling, main], {
    env: {
      PATH: process.env['PATH'],
      ...daemonEnv(port, 'flooded'),
      PROPLET_STATE_DIR: join(directory, 'state'),
      PROPLET_CACHE_DIR: join(directory, 'cache'),
      PROPLET_LIVELINESS_INTERVAL: `${BEAT_MS}ms`,
      PROPLET_METRICS_INTERVAL: '0',
      PROPLET_LOG_LEVEL: 'error',
      PROPLET_RESULT_HOLD_MS: '0',
      ...(isFull && { PROPLET_MAX_TASKS: '2', PROPLET_QUEUE_MAX: '1' }),
      ...env,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  /** @type {number[]} */
  const beats = []
  // Separate clients, because the broker sends to each one in order.
  const listener = await connectClient(port)
  listener.on('message', () => beats.push(performance.now()))
  await listener.subscribeAsync(`${DEMO_PREFIX}/control/proplet/alive`, { qos: 2 })
  const results = await listen(manager)
  const publish = (/** @type {string} */ subtopic, /** @type {object} */ body) =>
    manager.publishAsync(`${DEMO_PREFIX}/control/manager/${subtopic}`, JSON.stringify(body), { qos: 1 })

  await until(() => beats.length > 0, 15_000)
  const warm = results.resultOf('warm')
  await publish('start', { id: 'warm', ...ADD })
  await warm
  if (isFull) for (const id of ['held 1', 'held 2', 'held 3']) await publish('start', { id, ...WAITS })
  // A task that is running when the flood starts, to be stopped during it.
  else await publish('start', { id: 'spin', name: 'spin', file: fixture('hostile').toString('base64') })
  await new Promise((resolve) => setTimeout(resolve, 300))

  const pid = daemon.pid ?? 0
  const before = await figuresOf(pid)
  let most = before.rss
  const sampler = setInterval(async () => (most = Math.max(most, (await figuresOf(pid)).rss)), SAMPLE_MS)
  beats.length = 0
  const beganAt = performance.now()
  let sentMs = Infinity
  flooder.once('message', () => (sentMs = performance.now() - beganAt))
  flooder.send('begin')
  const stop = async () => {
    await new Promise((resolve) => setTimeout(resolve, STOP_AFTER_MS))
    const stopAskedAt = performance.now()
    const stopped = Promise.race([
      results.resultOf('spin'),
      new Promise((resolve) => setTimeout(() => resolve(Infinity), GIVE_UP_MS).unref()),
    ])
    await publish('stop', { id: 'spin' })
    return Number(await stopped) - stopAskedAt
  }
  const stopMs = isFull ? undefined : await stop()
  await until(() => results.isDone(flood.starts), GIVE_UP_MS)
  const endedAt = performance.now()
  clearInterval(sampler)
  const after = await figuresOf(pid)
  daemon.kill(profile === undefined ? 'SIGKILL' : 'SIGTERM')
  await once(daemon, 'exit')
  await listener.endAsync(true)
  await close()
  return {
    what: isFull ? 'the proplet, full before' : 'the proplet',
    counts: results.counts(),
    sentMs,
    ...results.times(beganAt),
    ...(stopMs !== undefined && { stopMs }),
    gapMs: Math.max(...[beganAt, ...beats, endedAt].map((at, i, all) => at - (all[i - 1] ?? at))),
    cpuMs: after.cpuMs - before.cpuMs,
    beforeBytes: before.rss,
    mostBytes: most,
  }
}
