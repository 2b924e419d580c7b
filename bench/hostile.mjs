// @ts-check
// Hostile messages of nearly the largest size, each to a daemon that has just started: how long its event loop works in one turn at the
// first of them, and at later ones. `node bench/hostile.mjs [--write]`, after `npm run build`; --write writes its section of RELIABILITY.md.
import { createServer } from 'node:http'
import { once } from 'node:events'
import { cpus, loadavg } from 'node:os'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { table } from '../dist/dev/sections.js'
import { DEMO_PREFIX } from '../dist/dev/daemon.js'
import { connectClient } from './support/client.mjs'
import { memoryOf } from './support/processes.mjs'
import { ADD } from './support/modules.mjs'
import { writeReliability } from './support/reliability.mjs'
import { mb, ms } from './support/stats.mjs'
import { withWorld } from './support/world.mjs'

const LATER = 5
const MAX_WORK_MS = 20

const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } })

const objects = (/** @type {string} */ id) => `{"id":"${id}","x":[{}${',{}'.repeat(3_460_000)}]}`
const manifest = Buffer.from(
  JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: `sha256:${'0'.repeat(64)}`, size: 2 },
    layers: Array.from({ length: 3500 }, (_, i) => ({
      mediaType: 'application/wasm',
      digest: `sha256:${i.toString(16).padStart(64, '0')}`,
      size: 1,
    })),
  }),
)
const registry = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'application/vnd.oci.image.manifest.v1+json' }).end(manifest)
}).listen(0, '127.0.0.1')
await once(registry, 'listening')
const address = registry.address()
const registryPort = typeof address === 'object' && address !== null ? address.port : 0

/** @type {{what: string, subtopic: string, message: (id: string) => string, isAnswered?: boolean}[]} */
const MESSAGES = [
  { what: '3,460,000 objects in a start', subtopic: 'control/manager/start', message: objects },
  { what: '3,460,000 objects in a stop', subtopic: 'control/manager/stop', message: objects },
  {
    what: '500,000 numbers in the inputs of a start',
    isAnswered: true,
    subtopic: 'control/manager/start',
    message: (id) => `{"id":"${id}","name":"add","file":"${ADD.file}","inputs":[0${',0'.repeat(499_999)}]}`,
  },
  {
    isAnswered: true,
    what: `a manifest of ${(manifest.length / 1000).toFixed(0)} kB`,
    subtopic: 'control/manager/start',
    message: (id) => JSON.stringify({ id, name: 'add', image_url: `127.0.0.1:${registryPort}/${id}:latest` }),
  },
]

/** @param {typeof MESSAGES[number]} hostile */
const measure = ({ what, subtopic, message, isAnswered = false }) =>
  withWorld(async ({ port, manager, daemon }) => {
    const proplet = await daemon({
      probed: true,
      env: { PROPLET_REGISTRY: 'direct', PROPLET_FETCH_PRIVATE: 'true', PROPLET_LOG_LEVEL: 'error' },
    })
    const client = await connectClient(port)
    const publish = (/** @type {string} */ topic, /** @type {string} */ payload) =>
      client.publish(`${DEMO_PREFIX}/${topic}`, payload, { qos: 2 })
    const send = async (/** @type {string} */ id) => {
      const payload = message(id)
      const answer = isAnswered ? manager.result(id) : undefined
      await proplet.ask('watch')
      publish(subtopic, payload)
      // Behind it, so that it was read.
      const behind = manager.result(`${id} behind`)
      publish('control/manager/start', JSON.stringify({ id: `${id} behind`, ...ADD }))
      const answers = await Promise.all([behind, answer])
      return { ...(await proplet.ask('delays')), bytes: payload.length, error: answers[1]?.error ?? '' }
    }
    const before = memoryOf(proplet.pid).rss
    const first = await send('first')
    const after = memoryOf(proplet.pid).rss
    let later = 0
    for (let i = 0; i < LATER; i++) later = Math.max(later, (await send(`later-${i}`)).work)
    await client.endAsync(true)
    await proplet.stop()
    return { what, first, later, before, after }
  })

const load = () => loadavg()[0]?.toFixed(1)
const loadBefore = load()
const rows = []
let isGood = true
for (const hostile of MESSAGES) {
  const { what, first, later, before, after } = await measure(hostile)
  rows.push([what, mb(first.bytes), ms(first.work), ms(first.max), ms(later), mb(before), mb(after)])
  console.log(`${rows.at(-1)?.join(' | ')} | ${first.error?.slice(0, 100)}`)
  isGood &&= Math.max(first.work, later) < MAX_WORK_MS
}
registry.close()
const section = [
  '## Hostile messages',
  '',
  '`node bench/hostile.mjs --write`: each message goes to a daemon that has just started, and then five times again; a start of `add` behind',
  'it shows that it was read. The work is the processor time of the main thread from one turn of its loop to the next (target: less than',
  `${MAX_WORK_MS} ms); the delay is in wall time, and holds what others on the machine take.`,
  '',
  `Node.js ${process.versions.node}, ${cpus().length} cores; load of the machine ${loadBefore} before, ${load()} after.`,
  '',
  ...table(
    [
      'message',
      'size',
      'first: longest work in one turn',
      'first: longest delay of the loop',
      'later: longest work in one turn',
      'resident before',
      'after the first',
    ],
    rows,
  ),
].join('\n')
console.log(section)
if (values.write) writeReliability('hostile', section)
process.exitCode = isGood ? 0 : 1
