// @ts-check
// Sends thousands of starts at once, with QoS 1, to a proplet with room for a thousand, and measures when results, stops and heartbeats get
// through. `node bench/flood.mjs [--starts N] [--env NAME=VALUE]…`, after `npm run build`; it needs mosquitto.
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { DEMO_PREFIX, daemonEnv } from '../dist/dev/daemon.js'
import { connectClient } from './support/client.mjs'
import { ADD, fixture } from './support/modules.mjs'
import { mb, ms } from './support/stats.mjs'

const { values } = parseArgs({
  options: {
    starts: { type: 'string', default: '20000' },
    main: { type: 'string', default: fileURLToPath(new URL('../dist/main.cjs', import.meta.url)) },
    env: { type: 'string', multiple: true, default: [] },
    profile: { type: 'string' },
  },
})
const STARTS = Number(values.starts)
const BEAT_MS = 1000
const STOP_EVERY_MS = 500
const SAMPLE_MS = 50
const GIVE_UP_MS = 60_000

const freePort = async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** @param {number} pid @returns {Promise<{rss: number, cpuMs: number}>} */
const figuresOf = async (pid) => {
  const [stat, statm] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/statm`, 'utf8'),
  ])
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { rss: Number(statm.split(' ')[1]) * 4096, cpuMs: (Number(fields[11]) + Number(fields[12])) * 10 }
}

const directory = await mkdtemp(join(tmpdir(), 'proplet-flood-'))
const port = await freePort()
await writeFile(
  join(directory, 'mosquitto.conf'),
  // By default it drops messages for a client that is more than a thousand behind.
  `listener ${port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\nmax_queued_messages 0\n${process.getuid?.() === 0 ? 'user root\n' : ''}`,
)
const broker = spawn('/usr/sbin/mosquitto', ['-c', join(directory, 'mosquitto.conf')], {
  stdio: ['ignore', 'ignore', 'pipe'],
})
for await (const line of broker.stderr) if (`${line}`.includes('running')) break
broker.stderr.resume()

const extra = Object.fromEntries(values.env.map((each) => /** @type {[string, string]} */ (each.split('='))))
const profiling = values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`]
const daemon = spawn(process.execPath, [...profiling, values.main], {
  env: {
    PATH: process.env['PATH'],
    ...daemonEnv(port, 'flooded'),
    PROPLET_STATE_DIR: join(directory, 'state'),
    PROPLET_CACHE_DIR: join(directory, 'cache'),
    PROPLET_LIVELINESS_INTERVAL: `${BEAT_MS}ms`,
    PROPLET_METRICS_INTERVAL: '0',
    PROPLET_LOG_LEVEL: 'error',
    PROPLET_RESULT_HOLD_MS: '0',
    ...extra,
  },
  stdio: ['ignore', 'inherit', 'inherit'],
})
const manager = await connectClient(port)
const flooder = fork(fileURLToPath(new URL('support/flooder.mjs', import.meta.url)), [
  String(port),
  `${DEMO_PREFIX}/control/manager/start`,
  String(STARTS),
])
await once(flooder, 'message')
/** @type {Map<string, number>} */
const answers = new Map()
const counts = { completed: 0, refused: 0, other: 0, twice: 0 }
/** @type {number[]} */
const beats = []
/** @type {Map<string, (at: number) => void>} */
const waited = new Map()
/** @type {number | undefined} */
let firstAt
// Separate clients, because the broker sends to each one in order.
const listener = await connectClient(port)
listener.on('message', () => beats.push(performance.now()))
await listener.subscribeAsync(`${DEMO_PREFIX}/control/proplet/alive`, { qos: 2 })
manager.on('message', (_topic, payload) => {
  const now = performance.now()
  const body = JSON.parse(payload.toString())
  waited.get(body.task_id)?.(now)
  if (!body.task_id.startsWith('flood ')) return
  firstAt ??= now
  if (answers.has(body.task_id)) counts.twice += 1
  answers.set(body.task_id, now)
  if (body.error === null) counts.completed += 1
  else if (body.error.startsWith('task refused')) counts.refused += 1
  else counts.other += 1
})
await manager.subscribeAsync(`${DEMO_PREFIX}/control/proplet/results`, { qos: 2 })
const publish = (/** @type {string} */ subtopic, /** @type {object} */ body) =>
  manager.publishAsync(`${DEMO_PREFIX}/control/manager/${subtopic}`, JSON.stringify(body), { qos: 1 })
const resultOf = (/** @type {string} */ id) => new Promise((resolve) => waited.set(id, resolve))
const until = async (/** @type {() => boolean} */ isTrue, /** @type {number} */ withinMs) => {
  const by = performance.now() + withinMs
  while (!isTrue() && performance.now() < by) await new Promise((resolve) => setTimeout(resolve, 20))
}

await until(() => beats.length > 0, 15_000)
const warm = resultOf('warm')
await publish('start', { id: 'warm', ...ADD })
await warm
// A task that is running when the flood starts, to be stopped during it.
const SPIN = { name: 'spin', file: fixture('hostile').toString('base64') }
await publish('start', { id: 'spin', ...SPIN })
await new Promise((resolve) => setTimeout(resolve, 300))

const pid = daemon.pid ?? 0
const before = await figuresOf(pid)
let most = before.rss
const sampler = setInterval(async () => (most = Math.max(most, (await figuresOf(pid)).rss)), SAMPLE_MS)
beats.length = 0
const beganAt = performance.now()
let sentAt = 0
const sent = once(flooder, 'message').then(() => (sentAt = performance.now()))
flooder.send('begin')
await new Promise((resolve) => setTimeout(resolve, STOP_EVERY_MS))
const stopAskedAt = performance.now()
const stopped = resultOf('spin')
await publish('stop', { id: 'spin' })
const stoppedAt = Promise.race([stopped, new Promise((resolve) => setTimeout(resolve, GIVE_UP_MS))])
await sent
await until(() => answers.size >= STARTS, GIVE_UP_MS)
const endedAt = performance.now()
clearInterval(sampler)
const after = await figuresOf(pid)
const stopMs = (Number(await stoppedAt) || Infinity) - stopAskedAt
const gaps = [beganAt, ...beats, endedAt].map((at, i, all) => at - (all[i - 1] ?? at))
const perRefusal = (after.cpuMs - before.cpuMs) / Math.max(1, counts.refused)

console.log(`Node.js ${process.versions.node}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}`)
console.log(
  [
    `starts ${STARTS}, answered ${answers.size} (completed ${counts.completed}, refused ${counts.refused}, other ${counts.other}, twice ${counts.twice})`,
    `published within ${ms(sentAt - beganAt)}`,
    `first result after ${ms((firstAt ?? Infinity) - beganAt)}, last after ${ms(Math.max(...answers.values()) - beganAt)}`,
    `stop asked after ${STOP_EVERY_MS} ms, its result after ${ms(stopMs)} more`,
    `heartbeats each ${ms(BEAT_MS)}, longest gap ${ms(Math.max(...gaps))}`,
    `processor time of the daemon ${ms(after.cpuMs - before.cpuMs)}, ${ms(perRefusal)} a refusal, the tasks that ran included`,
    `resident ${mb(before.rss)} before, ${mb(most)} at most, ${mb(after.rss)} after`,
  ].join('\n'),
)
daemon.kill(values.profile === undefined ? 'SIGKILL' : 'SIGTERM')
await once(daemon, 'exit')
flooder.disconnect()
await Promise.all([manager.endAsync(true), listener.endAsync(true)])
broker.kill('SIGKILL')
await rm(directory, { recursive: true, force: true })
process.exitCode = answers.size === STARTS && counts.twice === 0 ? 0 : 1
